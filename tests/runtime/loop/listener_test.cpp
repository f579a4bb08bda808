#include "loop/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <fstream>
#include <vector>

#include "loop/descriptor.h"
#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

class ListenerTest : public testing::LoopTest {
 protected:
  void TearDown() override {
    streams_.clear();
    connectors_.clear();
    testing::LoopTest::TearDown();
  }

  Listener::OnAccept keep() {
    return [this](std::unique_ptr<Stream> stream) { streams_.push_back(std::move(stream)); };
  }
  void connect(const Address& address) {
    const auto onDone = [this](Result<std::unique_ptr<Stream>> stream) {
      if (stream.ok()) {
        ++connected_;
        streams_.push_back(std::move(*stream));
      }
    };
    connectors_.push_back(address.host.starts_with("unix:")
                              ? Connector::unixSocket(loop_, address.host.substr(5), Seconds(5), onDone)
                              : Connector::tcp(loop_, address.host, address.port, Seconds(5), onDone));
  }
  static mode_t modeOf(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
  }
  static bool exists(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
  }
  /// A socket file that nobody listens on any more.
  static void leaveStale(const std::string& path) {
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }

  testing::TempDir folder_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<Connector>> connectors_;
  int connected_ = 0;
};

TEST_F(ListenerTest, TellsTheRealPortAndRefusesATakenOne) {
  auto first = Listener::tcp(loop_, "127.0.0.1", 0, 16, keep());
  ASSERT_TRUE(first.ok());
  const auto address = (*first)->address();
  EXPECT_EQ(address.host, "127.0.0.1");
  EXPECT_GT(address.port, 0);
  const auto second = Listener::tcp(loop_, "127.0.0.1", address.port, 16, keep());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().detail.find("in use by another program"), std::string::npos) << second.error().detail;
}

TEST_F(ListenerTest, ListensOnIpv6AndNames) {
  auto six = Listener::tcp(loop_, "::1", 0, 16, keep());
  if (six.ok()) {
    connect((*six)->address());
    EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
    EXPECT_EQ(streams_.back()->peer().host, "::1");
  }
  auto name = Listener::tcp(loop_, "localhost", 0, 16, keep());
  ASSERT_TRUE(name.ok()) << name.error().detail;
  connected_ = 0;
  connect({"127.0.0.1", (*name)->address().port});
  connect({"localhost", (*name)->address().port});
  EXPECT_TRUE(runUntil([this] { return connected_ == 2; }));
}

TEST_F(ListenerTest, NamesAnIpv4ClientOfADualSocketByItsIpv4Address) {
  auto any = Listener::tcp(loop_, "::", 0, 16, keep());
  if (!any.ok()) {
    GTEST_SKIP() << "no IPv6 here";
  }
  connect({"127.0.0.1", (*any)->address().port});
  EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
  EXPECT_EQ(streams_[0]->peer().host, "127.0.0.1");
  EXPECT_EQ(streams_[1]->peer().host, "127.0.0.1");
}

TEST_F(ListenerTest, SaysWhatToDoWhereTheAddressIsNotOurs) {
  const auto foreign = Listener::tcp(loop_, "192.0.2.1", 0, 16, keep());
  ASSERT_FALSE(foreign.ok());
  EXPECT_NE(foreign.error().detail.find("does not have the address"), std::string::npos) << foreign.error().detail;
  const auto unknown = Listener::tcp(loop_, "no-such-host.invalid", 0, 16, keep());
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().detail.find("cannot be resolved"), std::string::npos) << unknown.error().detail;
}

TEST_F(ListenerTest, PausesAndResumes) {
  auto listener = Listener::tcp(loop_, "127.0.0.1", 0, 16, keep());
  (*listener)->pause();
  connect((*listener)->address());
  EXPECT_TRUE(runUntil([this] { return connected_ == 1; }));
  runFor(Millis(10));
  EXPECT_EQ(streams_.size(), 1U);
  (*listener)->resume();
  EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
}

TEST_F(ListenerTest, IsDestroyedOrPausedInItsOwnCallback) {
  std::unique_ptr<Listener> listener;
  int accepted = 0;
  listener = testing::must(Listener::tcp(loop_, "127.0.0.1", 0, 16, [&](std::unique_ptr<Stream>) {
    if (++accepted == 1) {
      listener->pause();
    } else {
      listener.reset();
    }
  }));
  const auto address = listener->address();
  for (int i = 0; i < 3; ++i) {
    connect(address);
  }
  EXPECT_TRUE(runUntil([&] { return connected_ == 3 && accepted == 1; }));
  runFor(Millis(5));
  EXPECT_EQ(accepted, 1);
  listener->resume();
  EXPECT_TRUE(runUntil([&] { return !listener; }));
  EXPECT_EQ(accepted, 2);
}

TEST_F(ListenerTest, MakesASocketFileWithItsModeAndRemovesIt) {
  const auto path = folder_.file("s");
  const auto mask = ::umask(0);
  {
    auto narrow = Listener::unixSocket(loop_, path, 0600, 16, keep());
    ASSERT_TRUE(narrow.ok()) << narrow.error().detail;
    EXPECT_EQ(modeOf(path), 0600U);
    connect((*narrow)->address());
    EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
  }
  EXPECT_FALSE(exists(path));
  ::umask(077);
  const auto wide = Listener::unixSocket(loop_, path, 0666, 16, keep());
  EXPECT_EQ(modeOf(path), 0666U);
  ::umask(mask);
}

TEST_F(ListenerTest, ReplacesAStaleSocketFile) {
  const auto path = folder_.file("s");
  leaveStale(path);
  const auto listener = Listener::unixSocket(loop_, path, 0600, 16, keep());
  ASSERT_TRUE(listener.ok()) << listener.error().detail;
  connect((*listener)->address());
  EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
}

TEST_F(ListenerTest, LeavesALiveSocketAndOtherFilesAlone) {
  const auto path = folder_.file("s");
  const auto first = Listener::unixSocket(loop_, path, 0600, 16, keep());
  const auto second = Listener::unixSocket(loop_, path, 0600, 16, keep());
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().detail.find("another program listens there"), std::string::npos) << second.error().detail;
  EXPECT_TRUE(exists(path));

  const auto file = folder_.write("f", "precious");
  EXPECT_FALSE(Listener::unixSocket(loop_, file, 0600, 16, keep()).ok());
  EXPECT_EQ(testing::readAll(file), "precious");
}

TEST_F(ListenerTest, KeepsASocketFileThatIsNoLongerItsOwn) {
  const auto path = folder_.file("s");
  {
    const auto listener = Listener::unixSocket(loop_, path, 0600, 16, keep());
    ASSERT_EQ(::rename(path.c_str(), folder_.file("old").c_str()), 0);
    leaveStale(path);
  }
  EXPECT_TRUE(exists(path));
}

TEST_F(ListenerTest, RefusesAPathThatIsTooLong) {
  const auto listener = Listener::unixSocket(loop_, folder_.file(std::string(120, 'x')), 0600, 16, keep());
  ASSERT_FALSE(listener.ok());
  EXPECT_NE(listener.error().detail.find("1 to 107"), std::string::npos) << listener.error().detail;
}

TEST_F(ListenerTest, InheritsASocketAndLeavesItsFile) {
  const auto path = folder_.file("s");
  leaveStale(path);
  ::unlink(path.c_str());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto sockets = [](int descriptor) {
    std::vector<Descriptor> one;
    one.emplace_back(descriptor);
    return one;
  };
  EXPECT_FALSE(Listener::inherit(loop_, sockets(::dup(socket)), keep()).ok()) << "it does not listen yet";
  ASSERT_EQ(::listen(socket, 4), 0);
  {
    const auto listener = Listener::inherit(loop_, sockets(socket), keep());
    ASSERT_TRUE(listener.ok()) << listener.error().detail;
    connect({"unix:" + path, 0});
    EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
  }
  EXPECT_TRUE(exists(path));
}

TEST_F(ListenerTest, RestsWhileThereAreNoDescriptorsLeft) {
  auto listener = Listener::unixSocket(loop_, folder_.file("s"), 0600, 16, keep());
  ASSERT_TRUE(listener.ok());
  connect((*listener)->address());
  (*listener)->pause();
  EXPECT_TRUE(runUntil([this] { return connected_ == 1; }));

  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next = ::dup(0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ::setrlimit(RLIMIT_NOFILE, &none);
  (*listener)->resume();
  const auto cpu = std::clock();
  runFor(Millis(250));
  EXPECT_LT(static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, 0.1);
  EXPECT_EQ(streams_.size(), 1U);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(runUntil([this] { return streams_.size() == 2; }));
}

}  // namespace
}  // namespace bridge::loop
