#include "process/activity.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bridge::process {
namespace {

/// A child that does one thing until it is killed.
class Doing {
 public:
  explicit Doing(const std::function<void()>& work) : pid_(::fork()) {
    if (pid_ == 0) {
      work();
      ::_exit(0);
    }
  }
  Doing(const Doing&) = delete;
  Doing& operator=(const Doing&) = delete;
  ~Doing() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it does, once that is the text; else what it did last.
  [[nodiscard]] std::string awaited(const std::string& text) const {
    std::string last;
    for (int i = 0; i < 2000 && last != text; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const auto activity = activityOf(pid_);
      last = activity ? activity->text() : "nothing";
    }
    return last;
  }

 private:
  pid_t pid_;
};

[[noreturn]] void spin() {
  const volatile bool always = true;
  while (always) {
  }
  ::abort();
}

TEST(Activity, AProcessThatComputesMayBeSignalled) {
  const Doing child(spin);
  EXPECT_EQ(child.awaited("computes"), "computes");
}

TEST(Activity, AProcessThatWaitsMayNot) {
  const Doing child([] { ::usleep(60'000'000); });
  EXPECT_EQ(child.awaited("waits in sleep"), "waits in sleep");
  EXPECT_FALSE(activityOf(child.pid())->computes());
}

TEST(Activity, TheFileOfACallIsNamed) {
  char path[] = "/tmp/bridge-activity-XXXXXX";
  const int held = ::mkstemp(path);
  ASSERT_GE(held, 0);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  {
    const Doing child([&path] {
      // A description of its own: the inherited one holds the lock already.
      const int own = ::open(path, O_RDWR);
      ::flock(own, LOCK_EX);
    });
    const std::string expected = "waits in flock on " + std::string(path);
    EXPECT_EQ(child.awaited(expected), expected);
  }
  ::close(held);
  ::unlink(path);
}

TEST(Activity, AStoppedProcessIsToldFromOneThatWaits) {
  const Doing child(spin);
  ::kill(child.pid(), SIGSTOP);
  EXPECT_EQ(child.awaited("is stopped"), "is stopped");
}

TEST(Activity, OfNobodyThereIsNothing) {
  pid_t gone = 0;
  {
    const Doing child([] { ::pause(); });
    gone = child.pid();
  }
  EXPECT_FALSE(activityOf(gone));
}

TEST(Activity, NamesTheChildrenOfAProcess) {
  if (::access("/proc/self/task", F_OK) != 0 || childrenOf(::getpid()) != std::vector<pid_t>()) {
    GTEST_SKIP() << "no /proc, or children of an earlier test";
  }
  const Doing one([] { ::pause(); });
  const Doing two([] { ::pause(); });
  const auto children = childrenOf(::getpid());
  if (children.empty()) {
    GTEST_SKIP() << "a kernel that does not say";
  }
  EXPECT_EQ(children, (std::vector{one.pid(), two.pid()}));
  EXPECT_TRUE(childrenOf(one.pid()).empty());
  EXPECT_TRUE(childrenOf(0x3FFFFFFF).empty());
}

}  // namespace
}  // namespace bridge::process
