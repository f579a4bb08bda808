#include "server/service_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "runtime/loop/loop_fixture.h"
#include "runtime/ops/sample_status.h"
#include "support/notify_socket.h"
#include "support/temp_dir.h"

namespace bridge::server {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ServiceReportTest : public bridge::testing::LoopTest {
 protected:
  ServiceReportTest() {
    status_.application.state = "starting";
    status_.application.generation = 0;
    status_.processes.clear();
  }
  void TearDown() override {
    report_.reset();
    bridge::testing::LoopTest::TearDown();
  }
  void start(std::optional<Duration> watchdog = std::nullopt) {
    report_ = std::make_unique<ServiceReport>(loop_, ops::SdNotify(folder_.file("n"), watchdog), [this] {
      ++looks_;
      return status_;
    });
  }
  void becomeReady() {
    status_.application.state = "serving";
    status_.application.generation = 1;
    ASSERT_TRUE(awaits("READY=1"));
  }
  bool awaits(const std::string& message, std::ptrdiff_t times = 1) {
    return runUntil([&] { return count(message) >= times; });
  }
  std::ptrdiff_t count(const std::string& message) {
    const auto& all = manager_.messages();
    return std::count(all.begin(), all.end(), message);
  }

  bridge::testing::TempDir folder_;
  bridge::testing::NotifySocket manager_{folder_.file("n")};
  inspect::Status status_ = ops::sampleStatus();
  int looks_ = 0;
  std::unique_ptr<ServiceReport> report_;
};

TEST_F(ServiceReportTest, IsReadyWhenTheApplicationCanAnswerAndNotBefore) {
  start();
  ASSERT_TRUE(awaits("STATUS=The application boots"));
  status_.application.state = "unavailable";
  status_.application.failure = "no database";
  ASSERT_TRUE(awaits("STATUS=The application does not boot, clients get 503: no database"));
  EXPECT_THAT(manager_.messages(), Not(Contains("READY=1")));
  becomeReady();
  ASSERT_TRUE(awaits("STATUS=Serving: 1 of 4 workers busy, 2 requests wait"));
  EXPECT_EQ(count("READY=1"), 1);
}

TEST_F(ServiceReportTest, TellsAReloadAndItsEndOnce) {
  start();
  becomeReady();
  report_->reloading();
  // Another one is asked for, and refused at once.
  report_->reloading();
  report_->reloaded();
  EXPECT_EQ(count("READY=1"), 1) << "the first one still runs";
  report_->reloaded();
  ASSERT_TRUE(awaits("READY=1", 2));
  const auto& messages = manager_.messages();
  const auto reloading = std::find_if(messages.begin(), messages.end(),
                                      [](const auto& text) { return text.starts_with("RELOADING=1\n"); });
  ASSERT_NE(reloading, messages.end());
  // The manager compares it with CLOCK_MONOTONIC.
  EXPECT_GT(std::stoll(reloading->substr(reloading->find("MONOTONIC_USEC=") + 15)), 0);
  EXPECT_EQ(messages.back(), "READY=1");
}

TEST_F(ServiceReportTest, KeepsAReloadBeforeItIsReadyToItself) {
  start();
  report_->reloading();
  report_->reloaded();
  ASSERT_TRUE(awaits("STATUS=The application boots"));
  EXPECT_THAT(manager_.messages(), Each(StartsWith("STATUS=")));
}

TEST_F(ServiceReportTest, TellsTheEndAndHowLongItMayTake) {
  start();
  becomeReady();
  report_->stopping(Seconds(30));
  ASSERT_TRUE(awaits("STOPPING=1\nEXTEND_TIMEOUT_USEC=40000000"));
  report_->reloading();
  report_->reloaded();
  EXPECT_EQ(count("READY=1"), 1);
}

TEST_F(ServiceReportTest, GivesSignsOfLifeWhereSomebodyLooks) {
  start(Millis(10));
  EXPECT_TRUE(awaits("WATCHDOG=1", 3));
}

TEST_F(ServiceReportTest, DoesNothingWhereNobodyListens) {
  report_ = std::make_unique<ServiceReport>(loop_, ops::SdNotify(), [this] {
    ++looks_;
    return status_;
  });
  report_->reloading();
  report_->reloaded();
  report_->stopping(Seconds(1));
  // Nothing is left that could happen.
  loop_.run();
  EXPECT_EQ(looks_, 0);
}

TEST_F(ServiceReportTest, SaysLaterWhatCouldNotBeSaid) {
  report_ = std::make_unique<ServiceReport>(loop_, ops::SdNotify(folder_.file("late")), [this] {
    ++looks_;
    return status_;
  });
  status_.application.state = "serving";
  status_.application.generation = 1;
  ASSERT_TRUE(runUntil([this] { return looks_ > 1; }));
  bridge::testing::NotifySocket late(folder_.file("late"));
  ASSERT_TRUE(runUntil([&] { return !late.messages().empty(); }));
  EXPECT_THAT(late.messages().front(), HasSubstr("READY=1"));
}

}  // namespace
}  // namespace bridge::server
