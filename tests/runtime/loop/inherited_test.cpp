#include "loop/inherited.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace bridge::loop {
namespace {

using ::testing::HasSubstr;

/// Far above what a test has open.
constexpr int kFirst = 300;

class InheritedSockets : public ::testing::Test {
 protected:
  ~InheritedSockets() override {
    for (const auto* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
      ::unsetenv(name);
    }
  }
  static void handOver(const std::string& pid, const std::string& count, const char* names = nullptr) {
    ::setenv("LISTEN_PID", pid.c_str(), 1);
    ::setenv("LISTEN_FDS", count.c_str(), 1);
    if (names != nullptr) {
      ::setenv("LISTEN_FDNAMES", names, 1);
    }
  }
  static std::string us() { return std::to_string(::getpid()); }
  static void open(int fd) {
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::dup2(socket.get(), fd), fd);
  }
  static void expectNoVariables() {
    for (const auto* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
      EXPECT_EQ(std::getenv(name), nullptr) << name << " would reach children";
    }
  }
};

TEST_F(InheritedSockets, AreTakenInOrderWithTheirNamesAndKeptFromChildren) {
  for (int fd = kFirst; fd < kFirst + 3; ++fd) {
    open(fd);
  }
  handOver(us(), "3", "http::admin");
  auto sockets = takeInheritedSockets(::getpid(), kFirst);
  ASSERT_TRUE(sockets.ok()) << sockets.error().detail;
  ASSERT_EQ(sockets->size(), 3U);
  EXPECT_EQ((*sockets)[0].name, "http");
  EXPECT_EQ((*sockets)[1].name, "unknown");
  EXPECT_EQ((*sockets)[2].name, "admin");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*sockets)[static_cast<std::size_t>(i)].descriptor.get(), kFirst + i);
    EXPECT_EQ(::fcntl(kFirst + i, F_GETFD), FD_CLOEXEC);
  }
  expectNoVariables();
}

TEST_F(InheritedSockets, NeedNoNames) {
  open(kFirst);
  handOver(us(), "1");
  const auto sockets = takeInheritedSockets(::getpid(), kFirst);
  ASSERT_TRUE(sockets.ok());
  ASSERT_EQ(sockets->size(), 1U);
  EXPECT_EQ((*sockets)[0].name, "unknown");
}

TEST_F(InheritedSockets, MeantForAnotherProcessAreLeftAlone) {
  for (const std::string& pid : {std::string("1"), std::string("x"), us() + "x"}) {
    handOver(pid, "2", "a:b");
    const auto sockets = takeInheritedSockets(::getpid(), kFirst);
    ASSERT_TRUE(sockets.ok()) << pid;
    EXPECT_TRUE(sockets->empty()) << pid;
    expectNoVariables();
  }
  EXPECT_TRUE(takeInheritedSockets(::getpid(), kFirst)->empty()) << "and where nothing is said";
}

TEST_F(InheritedSockets, ThatMakeNoSenseAreNamed) {
  for (const auto* count : {"-1", "many", "100000", ""}) {
    handOver(us(), count);
    const auto sockets = takeInheritedSockets(::getpid(), kFirst);
    ASSERT_FALSE(sockets.ok()) << count;
    EXPECT_THAT(sockets.error().detail, HasSubstr("LISTEN_FDS"));
    expectNoVariables();
  }
  handOver(us(), "1");
  const auto closed = takeInheritedSockets(::getpid(), kFirst + 50);
  ASSERT_FALSE(closed.ok());
  EXPECT_THAT(closed.error().detail, HasSubstr("350 is not open"));
}

}  // namespace
}  // namespace bridge::loop
