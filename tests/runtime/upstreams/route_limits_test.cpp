#include "upstreams/route_limits.h"

#include <gtest/gtest.h>

#include <string>

namespace bridge::upstreams {
namespace {

config::Settings settingsWith(const std::string& routes, const std::string& lanes = {}) {
  config::Settings settings;
  settings.routes = routes;
  settings.lanes = lanes;
  return settings;
}

TEST(RouteLimits, WithoutRulesTheSettingsHold) {
  auto settings = settingsWith("");
  const RouteLimits limits(settings);
  EXPECT_EQ(limits.of("/any").timeout, settings.requestTimeout);
  EXPECT_FALSE(limits.of("/any").fresh);
  EXPECT_FALSE(limits.of("/any").isolate);
  EXPECT_EQ(limits.of("/any").lane, "");
}

TEST(RouteLimits, TheMostSpecificPatternDecidesAlone) {
  const auto settings = settingsWith("/a/* timeout=1 lane=x; /a/b timeout=2; /a/{id} isolation=request", "x=1");
  const RouteLimits limits(settings);
  EXPECT_EQ(limits.of("/a/b").timeout, Seconds(2));
  EXPECT_EQ(limits.of("/a/b").lane, "");
  EXPECT_EQ(limits.of("/a/c").timeout, settings.requestTimeout);
  EXPECT_TRUE(limits.of("/a/c").fresh);
  EXPECT_EQ(limits.of("/a/c").isolate, true);
  EXPECT_EQ(limits.of("/a/b/c").timeout, Seconds(1));
  EXPECT_EQ(limits.of("/a/b/c").lane, "x");
  EXPECT_EQ(limits.of("/b").timeout, settings.requestTimeout);
}

TEST(RouteLimits, NoOtherNameOfAPageEvadesIts) {
  const auto settings = settingsWith("/reports/* timeout=1; /page timeout=2");
  const RouteLimits limits(settings);
  for (const auto* path : {"/reports/1", "/%72eports/1", "/reports%2F1", "/index.php/reports/1", "/reports/",
                           "/reports", "/index%2Ephp/reports/1"}) {
    EXPECT_EQ(limits.of(path).timeout, Seconds(1)) << path;
  }
  EXPECT_EQ(limits.of("/page/").timeout, Seconds(2));
  EXPECT_EQ(limits.of("/index.phpx/page").timeout, settings.requestTimeout);
}

TEST(RouteLimits, IsolationByRequestHoldsForAllButThoseRoutesThatSayOtherwise) {
  auto settings = settingsWith("/resident isolation=worker; /late timeout=1");
  settings.workerIsolation = config::WorkerIsolation::request;
  const RouteLimits limits(settings);
  EXPECT_TRUE(limits.of("/").fresh);
  EXPECT_FALSE(limits.of("/").isolate);
  EXPECT_TRUE(limits.of("/late").fresh);
  EXPECT_FALSE(limits.of("/resident").fresh);
  EXPECT_EQ(limits.of("/resident").isolate, false);
}

TEST(RouteLimits, ABootForEachRequestNeedsAFreshWorkerEverywhere) {
  auto settings = settingsWith("/late timeout=1");
  settings.workerIsolation = config::WorkerIsolation::boot;
  EXPECT_TRUE(RouteLimits(settings).of("/").fresh);
  EXPECT_TRUE(RouteLimits(settings).of("/late").fresh);
}

TEST(QueueOptions, ALaneHasTheSamePartOfTheQueueAsOfTheWorkers) {
  auto settings = settingsWith("", "slow=2, rare=1");
  settings.socketPoolMax = 10;
  settings.queueLimit = 100;
  const auto options = queueOptions(settings);
  ASSERT_EQ(options.lanes.size(), 2U);
  EXPECT_EQ(options.lanes[0].name, "slow");
  EXPECT_EQ(options.lanes[0].workers, 2U);
  EXPECT_EQ(options.lanes[0].limit, 20U);
  EXPECT_EQ(options.lanes[1].limit, 10U);
  settings.queueLimit = 3;
  EXPECT_EQ(queueOptions(settings).lanes[1].limit, 1U);
  settings.queueLimit = 0;
  EXPECT_EQ(queueOptions(settings).lanes[1].limit, 0U);
}

}  // namespace
}  // namespace bridge::upstreams
