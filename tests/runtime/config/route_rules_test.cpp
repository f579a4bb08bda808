#include "config/route_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace bridge::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

template <class Rule>
std::vector<std::pair<std::string, std::string>> problemsOf(const Rules<Rule>& result) {
  std::vector<std::pair<std::string, std::string>> problems;
  for (const auto& problem : result.problems) problems.emplace_back(problem.part, problem.message);
  return problems;
}

TEST(Routes, NothingIsNoRule) {
  EXPECT_THAT(parseRoutes("").rules, IsEmpty());
  EXPECT_THAT(parseRoutes(" ;\n ; ").rules, IsEmpty());
  EXPECT_THAT(parseRoutes(" ;\n ; ").problems, IsEmpty());
}

TEST(Routes, RulesStandBetweenSemicolonsOrOnLines) {
  const auto result = parseRoutes(
      "/reports/* timeout=120 isolation=request lane=slow; /api/* timeout=0.5\n\t/legacy/{id}  isolation=worker  ;");
  EXPECT_THAT(result.problems, IsEmpty());
  ASSERT_EQ(result.rules.size(), 3U);
  EXPECT_EQ(result.rules[0].pattern.text(), "/reports/*");
  EXPECT_EQ(result.rules[0].timeout, Millis(120'000));
  EXPECT_EQ(result.rules[0].isolation, WorkerIsolation::request);
  EXPECT_EQ(result.rules[0].lane, "slow");
  EXPECT_EQ(result.rules[1].timeout, Millis(500));
  EXPECT_FALSE(result.rules[1].isolation);
  EXPECT_EQ(result.rules[1].lane, "");
  EXPECT_EQ(result.rules[2].isolation, WorkerIsolation::worker);
}

TEST(Routes, AllThatIsWrongIsSaidAtOnce) {
  const auto result = parseRoutes("api timeout=5; /a timeout=0 isolation=none colour=red; /b; /c lane=; /d/*/e lane=x");
  EXPECT_THAT(result.rules, IsEmpty());
  EXPECT_THAT(problemsOf(result),
              ElementsAre(Pair("api timeout=5", HasSubstr("must begin with '/'")),
                          Pair("/a timeout=0 isolation=none colour=red", HasSubstr("timeout=0: is not a number of")),
                          Pair("/a timeout=0 isolation=none colour=red", HasSubstr("one of: worker, request")),
                          Pair("/a timeout=0 isolation=none colour=red", HasSubstr("colour=red: known are")),
                          Pair("/b", HasSubstr("says nothing")), Pair("/c lane=", HasSubstr("a name of letters")),
                          Pair("/d/*/e lane=x", HasSubstr("only at the end"))));
}

TEST(Routes, APatternHasOneRule) {
  const auto result = parseRoutes("/a timeout=1; /a timeout=2");
  EXPECT_EQ(result.rules.size(), 1U);
  EXPECT_THAT(problemsOf(result), ElementsAre(Pair("/a timeout=2", HasSubstr("already"))));
}

TEST(Lanes, HaveANameAndANumberOfWorkers) {
  const auto result = parseLanes(" slow=2, imports=10 ");
  EXPECT_THAT(result.problems, IsEmpty());
  ASSERT_EQ(result.rules.size(), 2U);
  EXPECT_EQ(result.rules[0].name, "slow");
  EXPECT_EQ(result.rules[0].workers, 2U);
  EXPECT_EQ(result.rules[1].workers, 10U);
}

TEST(Lanes, WhatIsWrongIsNamed) {
  EXPECT_THAT(problemsOf(parseLanes("slow, a b=2, x=0, =1, y=1, y=2")),
              ElementsAre(Pair("slow", HasSubstr("NAME=WORKERS")), Pair("a b=2", HasSubstr("NAME=WORKERS")),
                          Pair("x=0", HasSubstr("NAME=WORKERS")), Pair("=1", HasSubstr("NAME=WORKERS")),
                          Pair("y=2", HasSubstr("twice"))));
}

}  // namespace
}  // namespace bridge::config
