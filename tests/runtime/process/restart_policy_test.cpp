#include "process/restart_policy.h"

#include <gtest/gtest.h>

namespace bridge::process {
namespace {

constexpr Instant kBegin{Seconds(1000)};

TEST(RestartPolicyTest, DoublesThePauseUpToTheLongest) {
  RestartPolicy policy;
  for (const int millis : {100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000}) {
    EXPECT_EQ(policy.ended(kBegin), Millis(millis));
  }
  EXPECT_EQ(policy.failures(), 11);
}

TEST(RestartPolicyTest, BeginsAnewAfterTenSecondsOfHealth) {
  RestartPolicy policy;
  EXPECT_EQ(policy.ended(kBegin), Millis(100));
  EXPECT_EQ(policy.ended(kBegin), Millis(200));
  policy.healthy(kBegin);
  policy.healthy(kBegin + Seconds(9));  // Said again: the first time counts.
  EXPECT_EQ(policy.ended(kBegin + Seconds(10)), Millis(100));
  EXPECT_EQ(policy.failures(), 1);
}

TEST(RestartPolicyTest, DoesNotTakeALongBootOrAShortLifeForHealth) {
  RestartPolicy policy;
  EXPECT_EQ(policy.ended(kBegin), Millis(100));
  EXPECT_EQ(policy.ended(kBegin + Seconds(60)), Millis(200));
  policy.healthy(kBegin + Seconds(70));
  EXPECT_EQ(policy.ended(kBegin + Seconds(79)), Millis(400));
  EXPECT_EQ(policy.ended(kBegin + Seconds(90)), Millis(800));
}

TEST(RestartPolicyTest, TakesManyEndsInARowForALoop) {
  RestartPolicy policy({.firstPause = Millis(100),
                        .longestPause = Seconds(30),
                        .healthyAfter = Seconds(10),
                        .loopAfter = 3,
                        .loopPause = Seconds(60),
                        .again = RestartPolicy::Again::always});
  EXPECT_EQ(policy.ended(kBegin), Millis(100));
  EXPECT_EQ(policy.ended(kBegin), Millis(200));
  EXPECT_FALSE(policy.loops());
  EXPECT_EQ(policy.ended(kBegin), Seconds(60));
  EXPECT_EQ(policy.ended(kBegin), Seconds(60));
  EXPECT_TRUE(policy.loops());
  policy.healthy(kBegin);
  EXPECT_EQ(policy.ended(kBegin + Seconds(10)), Millis(100));
  EXPECT_FALSE(policy.loops());
}

TEST(RestartPolicyTest, KnowsWhatIsStartedAgain) {
  using Again = RestartPolicy::Again;
  const auto wants = [](Again again, bool failed) {
    RestartPolicy::Options options;
    options.again = again;
    return RestartPolicy(options).wantsAgain(failed);
  };
  EXPECT_TRUE(wants(Again::always, false));
  EXPECT_TRUE(wants(Again::onFailure, true));
  EXPECT_FALSE(wants(Again::onFailure, false));
  EXPECT_FALSE(wants(Again::never, true));
}

TEST(RestartPolicyTest, StaysAtTheLongestPauseForever) {
  RestartPolicy policy;
  for (int i = 0; i < 100000; ++i) {
    EXPECT_LE(policy.ended(kBegin), Seconds(30));
  }
}

TEST(RestartPolicyTest, ForgetsWhenItIsReset) {
  RestartPolicy policy;
  (void)policy.ended(kBegin);
  (void)policy.ended(kBegin);
  policy.reset();
  EXPECT_EQ(policy.failures(), 0);
  EXPECT_EQ(policy.ended(kBegin), Millis(100));
}

TEST(RestartPolicy, AHealthyProcessThatIsDoneMayBeStartedAtOnce) {
  RestartPolicy policy({.firstPause = Millis(100), .healthyAfter = Millis(0), .donePause = Millis(0)});
  EXPECT_EQ(policy.ended(kBegin, false), Millis(100)) << "it never was healthy";
  policy.healthy(kBegin);
  EXPECT_EQ(policy.ended(kBegin, false), Millis(0));
  EXPECT_EQ(policy.failures(), 0);
  policy.healthy(kBegin);
  EXPECT_EQ(policy.ended(kBegin, true), Millis(100));
}

}  // namespace
}  // namespace bridge::process
