#include "upstreams/findings.h"

#include <gtest/gtest.h>

namespace bridge::upstreams {
namespace {

wire::Finding finding(std::string kind, std::string place, std::string route = "GET /") {
  return {.kind = std::move(kind), .place = std::move(place), .what = "w", .route = std::move(route), .advice = "a"};
}

TEST(Findings, KeepsEachPlaceOnceAndCountsTheWorkersThatTellOfIt) {
  Findings findings;
  findings.add(1, {finding("leak", "A::$x", "GET /first"), finding("restored", "B::$y")});
  findings.add(2, {finding("leak", "A::$x", "GET /second")});
  ASSERT_EQ(findings.all().size(), 2U);
  EXPECT_EQ(findings.all()[0].place, "A::$x");
  EXPECT_EQ(findings.all()[0].route, "GET /first");
  EXPECT_EQ(findings.all()[0].workers, 2U);
  EXPECT_EQ(findings.all()[1].workers, 1U);
}

TEST(Findings, TakesWorseNewsForBetterAndNotTheOtherWayRound) {
  Findings findings;
  findings.add(1, {finding("kept", "A::$x", "GET /first")});
  findings.add(1, {finding("growth", "A::$x", "GET /second")});
  findings.add(2, {finding("kept", "A::$x", "GET /third")});
  ASSERT_EQ(findings.all().size(), 1U);
  EXPECT_EQ(findings.all()[0].kind, "growth");
  EXPECT_EQ(findings.all()[0].route, "GET /second");
}

TEST(Findings, HasAnEnd) {
  Findings findings;
  for (int i = 0; i < 1000; ++i) findings.add(1, {finding("leak", "A::$x" + std::to_string(i))});
  EXPECT_EQ(findings.all().size(), 500U);
}

}  // namespace
}  // namespace bridge::upstreams
