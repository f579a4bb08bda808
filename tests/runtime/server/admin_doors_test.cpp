#include "server/admin_doors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/metrics.h"
#include "loop/bind.h"
#include "runtime/server/server_fixture.h"
#include "support/temp_dir.h"

namespace bridge::server {
namespace {

using ::testing::HasSubstr;

class AdminDoorsTest : public ServerTest {
 protected:
  AdminDoorsTest() {
    upstream.script.onEnd = [](const http::Request& request, upstreams::Answer& answer, const std::string&) {
      answer.head({.status = 200, .reason = {}, .headers = {}});
      answer.body(Bytes::copyOf("door " + request.head.path));
      answer.end();
    };
  }
  ~AdminDoorsTest() override { doors.reset(); }

  bridge::testing::TempDir folder;
  std::unique_ptr<AdminDoors> doors = std::make_unique<AdminDoors>(loop);
};

TEST_F(AdminDoorsTest, OpenASocketForThisUserAlone) {
  const auto path = folder.file("admin.sock");
  ASSERT_TRUE(doors->open({.socket = path, .host = "", .port = 0}, upstream, upstream).ok());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  doors.reset();
  EXPECT_NE(::stat(path.c_str(), &info), 0) << "the file goes with the door";
}

TEST_F(AdminDoorsTest, AnswerWhileTheFrontDoorDrains) {
  listen();
  const int adminPort = port == 65535 ? port - 1 : port + 1;
  if (!doors->open({.socket = "", .host = "127.0.0.1", .port = adminPort}, upstream, upstream).ok()) {
    GTEST_SKIP() << "the port is taken";
  }
  server->drain(Seconds(1), [] {});
  const double before = metrics::all().accepted.value();
  std::string answer;
  serve([&] {
    TestClient client(adminPort);
    client.send("GET /-/live HTTP/1.0\r\n\r\n");
    answer = client.readAll();
  });
  EXPECT_THAT(answer, HasSubstr(" 200 "));
  EXPECT_THAT(answer, HasSubstr("door /-/live"));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
  EXPECT_EQ(metrics::all().accepted.value(), before);
}

TEST_F(AdminDoorsTest, ServeOnASocketThatWasInheritedAndLeaveItsFile) {
  const auto path = folder.file("given.sock");
  auto bound = loop::bindUnix(path, 0600, 16);
  ASSERT_TRUE(bound.ok());
  const auto unused = folder.file("unused.sock");
  const auto opened = doors->open({.socket = unused, .host = "", .port = 0, .inherited = std::move(bound->descriptor)},
                                  upstream, upstream);
  ASSERT_TRUE(opened.ok()) << opened.error().detail;
  struct stat info {};
  EXPECT_NE(::stat(unused.c_str(), &info), 0) << "the inherited socket takes its place";
  doors.reset();
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << "its file belongs to somebody else";
}

TEST_F(AdminDoorsTest, RefuseAnInheritedPortForItsUsersCannotBeTold) {
  auto bound = loop::bindTcp("127.0.0.1", 0, 16);
  ASSERT_TRUE(bound.ok());
  const auto opened =
      doors->open({.socket = "", .host = "", .port = 0, .inherited = std::move(bound->front())}, upstream, upstream);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().detail, HasSubstr("ADMIN_LISTEN"));
}

TEST_F(AdminDoorsTest, SayWhichOneCannotBeOpened) {
  const auto path = folder.write("file", "precious");
  const auto socket = doors->open({.socket = path, .host = "", .port = 0}, upstream, upstream);
  ASSERT_FALSE(socket.ok());
  EXPECT_THAT(socket.error().detail, HasSubstr("ADMIN_SOCKET: "));
  const auto tcp = doors->open({.socket = "", .host = "192.0.2.1", .port = 1}, upstream, upstream);
  ASSERT_FALSE(tcp.ok());
  EXPECT_THAT(tcp.error().detail, HasSubstr("ADMIN_LISTEN: "));
}

TEST_F(AdminDoorsTest, StayShutWhereNoneIsNamed) {
  EXPECT_TRUE(doors->open({.socket = "", .host = "", .port = 0}, upstream, upstream).ok());
}

}  // namespace
}  // namespace bridge::server
