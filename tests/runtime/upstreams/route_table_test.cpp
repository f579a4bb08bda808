#include "upstreams/route_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace bridge::upstreams {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct NamedUpstream final : Upstream {
  explicit NamedUpstream(std::string_view of) : name(of) {}
  [[nodiscard]] std::string_view kind() const override { return name; }
  std::unique_ptr<Call> start(const http::Request&, const Params&, Answer&) override { return nullptr; }
  std::string_view name;
};

struct RouteTableTest : ::testing::Test {
  Upstream* of(std::string_view path) {
    auto& router = routers.emplace_back();
    table.fill(router);
    const auto match = router.find(path);
    return match ? match->target : nullptr;
  }

  std::vector<config::Problem> problems;
  RouteTable table{problems};
  /// A table remembers those that it has filled.
  std::list<routes::Router<Upstream*>> routers;
  NamedUpstream one{"one"};
  NamedUpstream two{"two"};
};

TEST_F(RouteTableTest, SendsAPathToTheMostSpecificMount) {
  table.addTree("/", one, "A");
  table.addTree("/rt", two, "B");
  EXPECT_EQ(of("/x"), &one);
  EXPECT_EQ(of("/rt"), &two);
  EXPECT_EQ(of("/rt/x/y"), &two);
  EXPECT_EQ(of("/rtx"), &one);
  EXPECT_TRUE(problems.empty());
}

TEST_F(RouteTableTest, WhatIsAddedLaterReachesTheRoutersThatHaveBeenFilled) {
  table.addTree("/", one, "A");
  auto& router = routers.emplace_back();
  table.fill(router);
  const auto before = router.find("/x");
  table.add("/x", two, "B");
  EXPECT_EQ(router.find("/x")->target, &two);
  EXPECT_EQ(before->pattern, "/*") << "what has been found stays what it was";
  EXPECT_THAT(table.conflict("/x").value_or(""), HasSubstr("B has mounted two"));
  EXPECT_EQ(table.conflict("/y"), std::nullopt);
}

TEST_F(RouteTableTest, NamesBothWhereTwoClaimAPath) {
  table.add("/users/{id}", one, "first.yaml");
  table.add("/users/{name}", two, "SECOND_MOUNT");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].text(), "SECOND_MOUNT: \"/users/{name}\" is taken: first.yaml has mounted one at /users/{id}");
  EXPECT_EQ(of("/users/1"), &one);
}

TEST_F(RouteTableTest, ComplainsAboutWhatIsNoPattern) {
  table.add("x", one, "MOUNT");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].text(), HasSubstr("must begin with '/'"));
}

TEST_F(RouteTableTest, IsShownInTheOrderInWhichItIsAsked) {
  table.addTree("/", one, "A");
  table.addTree("/longer", two, "B");
  EXPECT_EQ(table.text(), "/longer/*  two         B\n/*         one         A\n");
}

}  // namespace
}  // namespace bridge::upstreams
