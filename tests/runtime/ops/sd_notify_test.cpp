#include "ops/sd_notify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "support/notify_socket.h"
#include "support/temp_dir.h"

namespace bridge::ops {
namespace {

using ::testing::ElementsAre;

class SdNotifyTest : public ::testing::Test {
 protected:
  ~SdNotifyTest() override { forget(); }
  static void forget() {
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
      ::unsetenv(name);
    }
  }
  bridge::testing::TempDir folder_;
};

TEST_F(SdNotifyTest, SpeaksToAPathAndToAnAbstractName) {
  for (const auto& name : {folder_.file("notify"), "@laravel-bridge-test-" + std::to_string(::getpid())}) {
    bridge::testing::NotifySocket manager(name);
    ASSERT_TRUE(manager.bound()) << name;
    const SdNotify notify(name);
    EXPECT_TRUE(notify.wanted());
    EXPECT_TRUE(notify.send("READY=1\nSTATUS=here"));
    EXPECT_TRUE(notify.send("STOPPING=1"));
    EXPECT_THAT(manager.messages(), ElementsAre("READY=1\nSTATUS=here", "STOPPING=1"));
  }
}

TEST_F(SdNotifyTest, SaysWhereNothingArrived) {
  EXPECT_FALSE(SdNotify(folder_.file("nobody")).send("READY=1"));
  EXPECT_FALSE(SdNotify(std::string(200, 'x')).send("READY=1"));
  EXPECT_TRUE(SdNotify().send("READY=1")) << "nobody wants to know";
  EXPECT_FALSE(SdNotify().wanted());
}

TEST_F(SdNotifyTest, TakesItsVariablesOutOfTheEnvironment) {
  ::setenv("NOTIFY_SOCKET", "/run/x", 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const auto notify = SdNotify::fromEnvironment();
  EXPECT_TRUE(notify.wanted());
  EXPECT_EQ(notify.watchdog(), Seconds(3));
  for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
    EXPECT_EQ(std::getenv(name), nullptr) << name << " would reach children";
  }
  EXPECT_FALSE(SdNotify::fromEnvironment().wanted());
}

TEST_F(SdNotifyTest, HasNoWatchdogWhereItIsAnothersOrNone) {
  const auto watchdog = [](const char* micros, const char* pid) {
    ::setenv("NOTIFY_SOCKET", "/run/x", 1);
    ::setenv("WATCHDOG_USEC", micros, 1);
    pid != nullptr ? ::setenv("WATCHDOG_PID", pid, 1) : ::unsetenv("WATCHDOG_PID");
    return SdNotify::fromEnvironment().watchdog();
  };
  EXPECT_EQ(watchdog("1000000", nullptr), Seconds(1));
  EXPECT_EQ(watchdog("1000000", "1"), std::nullopt);
  EXPECT_EQ(watchdog("0", nullptr), std::nullopt);
  EXPECT_EQ(watchdog("soon", nullptr), std::nullopt);
}

}  // namespace
}  // namespace bridge::ops
