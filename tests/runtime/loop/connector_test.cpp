#include "loop/connector.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <vector>

#include "loop/descriptor.h"
#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

class ConnectorTest : public testing::LoopTest {
 protected:
  void TearDown() override {
    stream_.reset();
    testing::LoopTest::TearDown();
  }
  Connector::OnDone remember() {
    return [this](Result<std::unique_ptr<Stream>> result) {
      ++calls_;
      if (result.ok()) {
        stream_ = std::move(*result);
      } else {
        error_ = result.error().detail;
      }
    };
  }

  testing::TempDir folder_;
  int calls_ = 0;
  std::string error_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(ConnectorTest, ReportsAMissingSocketAndARefusal) {
  const auto missing = Connector::unixSocket(loop_, folder_.file("none"), Seconds(5), remember());
  EXPECT_EQ(calls_, 0);
  EXPECT_TRUE(runUntil([this] { return calls_ == 1; }));
  EXPECT_NE(error_.find("No such file"), std::string::npos) << error_;

  int port = 0;
  {
    const auto listener = Listener::tcp(loop_, "127.0.0.1", 0, 4, [](std::unique_ptr<Stream>) {});
    port = (*listener)->address().port;
  }
  const auto refused = Connector::tcp(loop_, "127.0.0.1", port, Seconds(5), remember());
  EXPECT_TRUE(runUntil([this] { return calls_ == 2; }));
  EXPECT_NE(error_.find("refused"), std::string::npos) << error_;
}

TEST_F(ConnectorTest, ReportsAPathThatIsTooLongAndAnUnknownName) {
  const auto path = Connector::unixSocket(loop_, std::string(200, 'x'), Seconds(5), remember());
  EXPECT_TRUE(runUntil([this] { return calls_ == 1; }));
  const auto name = Connector::tcp(loop_, "no-such-host.invalid", 1, Seconds(5), remember());
  EXPECT_TRUE(runUntil([this] { return calls_ == 2; }));
  EXPECT_NE(error_.find("resolve no-such-host.invalid"), std::string::npos) << error_;
}

TEST_F(ConnectorTest, WaitsWhileTheBacklogIsFull) {
  const auto path = folder_.file("s");
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(socket.get(), 0), 0);

  const auto first = Connector::unixSocket(loop_, path, Seconds(5), remember());
  EXPECT_TRUE(runUntil([this] { return calls_ == 1 && stream_; }));
  const auto late = Connector::unixSocket(loop_, path, Millis(30), remember());
  EXPECT_TRUE(runUntil([this] { return calls_ == 2; }));
  EXPECT_NE(error_.find("no connection within 30 ms"), std::string::npos) << error_;

  stream_.reset();
  const auto patient = Connector::unixSocket(loop_, path, Seconds(5), remember());
  runFor(Millis(20));
  EXPECT_EQ(calls_, 2);
  ::close(::accept(socket.get(), nullptr, nullptr));
  EXPECT_TRUE(runUntil([this] { return calls_ == 3; }));
  EXPECT_TRUE(stream_);
}

TEST_F(ConnectorTest, IsGivenUpByDestroyingIt) {
  const auto listener = Listener::tcp(loop_, "127.0.0.1", 0, 4, [](std::unique_ptr<Stream>) {});
  auto tcp = Connector::tcp(loop_, "localhost", (*listener)->address().port, Seconds(5), remember());
  auto local = Connector::unixSocket(loop_, folder_.file("none"), Seconds(5), remember());
  tcp.reset();
  local.reset();
  runFor(Millis(20));
  EXPECT_EQ(calls_, 0);
}

TEST_F(ConnectorTest, IsDestroyedInItsOwnCallback) {
  std::unique_ptr<Connector> connector;
  const std::string kept(100, 'x');
  bool intact = false;
  connector =
      Connector::unixSocket(loop_, folder_.file("none"), Seconds(5), [&, kept](Result<std::unique_ptr<Stream>>) {
        connector.reset();
        intact = kept.back() == 'x';
      });
  EXPECT_TRUE(runUntil([&] { return intact; }));
}

}  // namespace
}  // namespace bridge::loop
