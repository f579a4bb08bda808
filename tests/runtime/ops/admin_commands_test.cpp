#include "ops/admin_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ops/status.h"
#include "runtime/ops/fake_admin.h"
#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(const AdminCommand& command, const AdminDoor& door) {
  CaptureStdout();
  CaptureStderr();
  const int code = runAdminCommand(command, door);
  return {code, GetCapturedStdout(), GetCapturedStderr()};
}

TEST(AdminCommands, AskPrintAndSayHowItWent) {
  const std::string ready = statusJson(sampleStatus());
  const std::string notReady = statusJson(inspect::Status());
  struct Case {
    AdminCommand command;
    std::string request;
    int status;
    std::string body;
    int code;
    std::string out;
    std::string err;
  };
  const Case cases[] = {
      {{.name = "status"}, "GET /-/status", 200, ready, 0, "1 busy, 1 idle", ""},
      {{.name = "status"}, "GET /-/status", 200, notReady, 1, "not ready", ""},
      {{.name = "status", .json = true}, "GET /-/status", 200, ready, 0, "\"workers\":[", ""},
      {{.name = "status", .json = true}, "GET /-/status", 200, notReady, 1, "\"ready\":false", ""},
      {{.name = "status"}, "GET /-/status", 401, R"({"reason":"no token"})", 1, "", "no token"},
      {{.name = "status"}, "GET /-/status", 200, "<html>", 1, "", "cannot be read"},
      {{.name = "workers"}, "GET /-/status", 200, ready, 0, "5001", ""},
      {{.name = "top"}, "GET /-/status", 200, ready, 0, "1 busy, 1 idle", ""},
      {{.name = "reload"}, "POST /-/reload", 202, "{}", 0, "reload begun", ""},
      {{.name = "reload", .json = false, .wait = true}, "POST /-/reload?wait=1", 200, "{}", 0, "serve", ""},
      {{.name = "reload", .json = false, .wait = true},
       "POST /-/reload?wait=1",
       500,
       R"({"done":false,"reason":"exit code 255"})",
       1,
       "",
       "not reloaded: exit code 255"},
      {{.name = "reload"}, "POST /-/reload", 404, "nothing", 1, "", "status 404"},
      {{.name = "stop"}, "POST /-/stop", 202, "{}", 0, "stop begun", ""},
      {{.name = "stop"}, "POST /-/stop", 403, "{}", 1, "", "status 403"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.request + " " + std::to_string(one.status));
    std::string asked;
    FakeAdmin server([&](const std::string& line) {
      asked = line;
      return FakeAdmin::reply(one.status, one.body);
    });
    server.start();
    AdminDoor door;
    door.socket = server.path();
    const auto outcome = run(one.command, door);
    server.close();
    EXPECT_EQ(asked, one.request);
    EXPECT_EQ(outcome.code, one.code);
    EXPECT_THAT(outcome.out, HasSubstr(one.out));
    EXPECT_THAT(outcome.err, HasSubstr(one.err));
    EXPECT_EQ(outcome.err.empty(), one.err.empty());
  }
}

TEST(AdminCommands, SayWhereNoServerAnswers) {
  AdminDoor nobody;
  nobody.socket = "/nowhere/admin.sock";
  AdminDoor closed;
  closed.host = "127.0.0.1";
  closed.port = 1;
  for (const auto* name : {"status", "workers", "reload", "stop"}) {
    for (const auto& door : {nobody, closed, AdminDoor()}) {
      const auto outcome = run({.name = name}, door);
      EXPECT_EQ(outcome.code, 3);
      EXPECT_THAT(outcome.err,
                  HasSubstr(door.socket.empty() && door.host.empty() ? "ADMIN_SOCKET is off" : door.name()));
    }
  }
}

TEST(AdminCommands, WaitForTheEndOfTheServersProcess) {
  FakeAdmin server(
      [](const std::string&) { return FakeAdmin::reply(202, "{\"pid\":" + std::to_string(::getpid()) + "}"); });
  AdminDoor door;
  door.socket = server.path();
  // The process that called listen() is the one that counts; it ends without having closed its door.
  int listens[2];
  ASSERT_EQ(::pipe(listens), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    server.listenAgain();
    (void)!::write(listens[1], "x", 1);
    server.start();
    ::usleep(150'000);
    ::_exit(0);
  }
  char signal = 0;
  ASSERT_EQ(::read(listens[0], &signal, 1), 1);
  ::close(listens[0]);
  ::close(listens[1]);
  server.leave();
  const auto begin = Clock::now();
  const auto outcome = run({.name = "stop", .json = false, .wait = true}, door);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "stopped\n");
  EXPECT_GE(Clock::now() - begin, Millis(50));
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), child);
}

TEST(AdminClient, WaitsForAClosedDoorWhereItKnowsNoProcess) {
  FakeAdmin server([](const std::string&) { return std::string(); });
  server.start();
  AdminDoor door;
  door.socket = server.path();
  const AdminClient client(door);
  EXPECT_FALSE(client.waitForEnd(0, Millis(20)));
  server.close();
  EXPECT_TRUE(client.waitForEnd(0, Seconds(5)));
}

TEST(AdminClient, ShowsItsTokenAndBearsASilentServer) {
  FakeAdmin server([](const std::string&) { return std::string(); });
  server.start();
  const AdminClient client({.socket = server.path(), .host = "", .port = 0, .token = "t0ken"});
  const auto reply = client.ask("GET", "/-/status");
  ASSERT_FALSE(reply.ok());
  EXPECT_THAT(reply.error().detail, HasSubstr("without an answer"));
  server.close();
  EXPECT_THAT(server.lastRequest(), HasSubstr("\r\nAuthorization: Bearer t0ken\r\n"));
}

TEST(AdminClient, GivesUpInTime) {
  const FakeAdmin neverAccepts([](const std::string&) { return std::string(); });
  AdminDoor door;
  door.socket = neverAccepts.path();
  const auto reply = AdminClient(door).ask("GET", "/-/status", Millis(30));
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().detail, "no answer in time");
}

}  // namespace
}  // namespace bridge::ops
