#include "upstreams/tunnel.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "runtime/loop/loop_fixture.h"
#include "runtime/upstreams/recorded_answer.h"
#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

using bridge::testing::RecordedAnswer;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// A worker in the language of the shell. It answers `echo` with what it was told, keeps `slow` until the next `free`,
/// and dies of `die`.
constexpr const char* kWorker = R"(
echo "hello from $$"
while read -r line; do
  id=${line#*\"id\":}; id=${id%%[,\}]*}
  case "$line" in
    *'"type":"shutdown"'*) exit 0 ;;
    *'"type":"cancel"'*) echo cancelled >> log ;;
    *'"die"'*) exit 3 ;;
    *'"slow"'*) kept=$id ;;
    *'"free"'*) echo "{\"id\":$kept,\"ok\":true,\"result\":\"kept\"}"; echo "{\"id\":$id,\"ok\":true}" ;;
    *'"pid"'*) echo "{\"id\":$id,\"ok\":true,\"result\":$$}" ;;
    *'"missing"'*) echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"No such task\",\"code\":\"NOT_FOUND\"}}" ;;
    *'"fail"'*) echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"SQL said no\",\"code\":\"EXECUTION_ERROR\"}}" ;;
    *) echo "{\"id\":999,\"ok\":true}"; echo "{\"id\":$id,\"ok\":true,\"result\":$line}" ;;
  esac
done
)";

class TunnelTest : public testing::LoopTest {
 protected:
  TunnelTest() {
    settings.tunnelMount = "/__runner";
    settings.tunnelWorker = {"sh", folder.write("worker.sh", kWorker)};
    settings.laravelPath = folder.path();
  }
  void TearDown() override {
    answers.clear();
    if (kind) {
      bool stopped = false;
      kind->stop(Seconds(10), [&stopped] { stopped = true; });
      EXPECT_TRUE(runUntil([&stopped] { return stopped; }));
      kind.reset();
    }
    testing::LoopTest::TearDown();
  }

  void begin() {
    kind = std::make_unique<TunnelKind>(KindContext{loop_, settings, environment, [] { return nullptr; }, problems});
    kind->begin({});
  }
  RecordedAnswer& send(const std::string& target, const std::string& body = "{}", const std::string& token = "secret",
                       const std::string& method = "POST") {
    if (!kind) {
      begin();
    }
    auto& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
    http::Request request;
    request.head.method = method;
    request.head.path = "/__runner/" + target;
    request.head.headers.add("X-Runner-Token", token);
    for (const auto& field : fields) {
      request.head.headers.add(field.name, field.value);
    }
    answer.ask(*kind, std::move(request), body);
    return answer;
  }
  RecordedAnswer& ask(const std::string& target, const std::string& body = "{}", const std::string& token = "secret",
                      const std::string& method = "POST") {
    auto& answer = send(target, body, token, method);
    EXPECT_TRUE(runUntil([&answer] { return answer.done(); })) << target;
    return answer;
  }
  std::string error(const std::string& target, const std::string& body = "{}", const std::string& token = "secret",
                    const std::string& method = "POST") {
    const auto& answer = ask(target, body, token, method);
    return std::to_string(answer.status().value_or(0)) + " " + answer.text;
  }
  double figure(std::string_view name) {
    for (const auto& one : kind->inspect(false).figures) {
      if (one.name == name) {
        return one.value;
      }
    }
    return -1;
  }

  testing::TempDir folder;
  config::Settings settings;
  Environment environment{"PATH=/usr/bin:/bin"};
  std::vector<config::Problem> problems;
  http::Headers fields;
  std::unique_ptr<TunnelKind> kind;
  std::vector<std::unique_ptr<RecordedAnswer>> answers;
};

TEST_F(TunnelTest, ATaskIsALineToTheWorkerAndItsAnswerIsPassedOnAsItIs) {
  auto& answer = ask("task/app.echo", "{ \"input\": {\"z\": 1.0,\n\"a\":12345678901234567890} }");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(
      answer.text,
      R"({"ok":true,"result":{"type":"task","id":1,"taskId":"app.echo","input":{"z": 1.0, "a":12345678901234567890}}})");
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("X-Frame-Options"), "DENY");
  EXPECT_GT(answer.served.pid, 0);
}

TEST_F(TunnelTest, WhatIsNoEnvelopeIsTheInputItself) {
  EXPECT_THAT(ask("task/t", "[1]").text, HasSubstr(R"("input":[1]}})"));
  EXPECT_THAT(ask("task/t", R"({"a":1})").text, HasSubstr(R"("input":{"a":1}}})"));
  EXPECT_THAT(ask("task/t", "").text, HasSubstr(R"("taskId":"t"}})"));
  const std::string graph = R"({"__graph":true,"version":1,"root":{"input":1}})";
  EXPECT_THAT(ask("task/t", graph).text, HasSubstr(R"("input":)" + graph));
}

TEST_F(TunnelTest, AnIdIsAllSegmentsDecodedOnce) {
  EXPECT_THAT(ask("task//app.a%2Fb/c%2520/").text, HasSubstr(R"("taskId":"app.a/b/c%20")"));
  EXPECT_THAT(error("task/%zz"), HasSubstr("404 "));
  EXPECT_THAT(error("task/%ff"), HasSubstr("404 "));
  EXPECT_THAT(error("task/"), HasSubstr("404 "));
  EXPECT_THAT(error("other"), HasSubstr("404 "));
}

TEST_F(TunnelTest, AnEventAnswersItsPayloadWhereThatIsAskedFor) {
  EXPECT_EQ(ask("event/e", R"({"payload":{"a":1}})").text, R"({"ok":true})");
  EXPECT_THAT(ask("event/e", R"({"payload":{"a":1},"returnPayload":true})").text,
              R"({"ok":true,"result":{"type":"event","id":2,"eventId":"e","payload":{"a":1},"returnPayload":true}})");
  EXPECT_EQ(ask("event/e", "[1]").text, R"({"ok":true})");
}

TEST_F(TunnelTest, AWorkerThatTellsNoPayloadLeavesItAsItWas) {
  send("event/slow", R"({"payload":[1.0],"returnPayload":true})");
  EXPECT_EQ(ask("event/free", R"({"payload":[1.0],"returnPayload":true})").text, R"({"ok":true,"result":[1.0]})");
}

TEST_F(TunnelTest, RefusesInTheOrderOfTheProtocol) {
  settings.tunnelTasks = {"app.a"};
  EXPECT_EQ(error("task/x", "{", "wrong", "GET"),
            R"(405 {"ok":false,"error":{"code":405,"message":"Method not allowed","codeName":"METHOD_NOT_ALLOWED"}})");
  EXPECT_EQ(error("task/x", "{", "wrong"),
            R"(401 {"ok":false,"error":{"code":401,"message":"Invalid or missing token","codeName":"UNAUTHORIZED"}})");
  EXPECT_EQ(
      error("task/x", "{"),
      R"(403 {"ok":false,"error":{"code":403,"message":"Task or event not in allow-list","codeName":"FORBIDDEN"}})");
  EXPECT_THAT(error("task/app.a", "{"), MatchesRegex(R"(400 \{"ok":false,"error":\{"code":400,.*"INVALID_JSON"\}\})"));
  EXPECT_EQ(figure("refused_total"), 3);
}

TEST_F(TunnelTest, TheFormatOfTheRunnerHasTheCodeAsAString) {
  settings.tunnelErrorFormat = config::TunnelErrors::runner;
  settings.tunnelTasks = {"fail", "missing"};
  EXPECT_EQ(
      error("task/x"),
      R"(403 {"ok":false,"error":{"message":"Task x not exposed","code":"FORBIDDEN","codeName":"FORBIDDEN","httpCode":403}})");
  EXPECT_EQ(
      error("task/fail"),
      R"(500 {"ok":false,"error":{"message":"Internal Error","code":"EXECUTION_ERROR","codeName":"EXECUTION_ERROR","httpCode":500}})");
  EXPECT_EQ(
      error("task/missing"),
      R"(404 {"ok":false,"error":{"message":"No such task","code":"NOT_FOUND","codeName":"NOT_FOUND","httpCode":404}})");
  EXPECT_EQ(answers.back()->header("Content-Type"), "application/json; charset=utf-8");
}

TEST_F(TunnelTest, AFailureOfTheTaskIsTheWorkersMessage) {
  EXPECT_EQ(error("task/fail"),
            R"(500 {"ok":false,"error":{"code":500,"message":"SQL said no","codeName":"INTERNAL_ERROR"}})");
  EXPECT_EQ(error("task/missing"),
            R"(404 {"ok":false,"error":{"code":404,"message":"No such task","codeName":"NOT_FOUND"}})");
}

TEST_F(TunnelTest, SeveralRequestsAreWithOneWorkerAtATime) {
  auto& slow = send("task/slow");
  EXPECT_EQ(ask("task/free").text, R"({"ok":true,"result":null})");
  EXPECT_TRUE(runUntil([&slow] { return slow.done(); }));
  EXPECT_EQ(slow.text, R"({"ok":true,"result":"kept"})");
}

TEST_F(TunnelTest, RequestsThatAWorkerHasNoRoomForWaitForIt) {
  settings.tunnelConcurrency = 1;
  settings.tunnelWorkers = 2;
  send("task/slow");
  send("task/slow");
  auto& third = send("task/pid");
  EXPECT_TRUE(runUntil([this] { return figure("in_progress") == 2; }));
  EXPECT_EQ(figure("waiting"), 1);
  EXPECT_FALSE(third.done());
}

TEST_F(TunnelTest, TooManyWaitingRequestsAreRefused) {
  settings.tunnelConcurrency = 1;
  settings.queueLimit = 1;
  send("task/slow");
  send("task/pid");
  EXPECT_THAT(error("task/pid"), HasSubstr("503 "));
}

TEST_F(TunnelTest, AWorkerThatDiesAnswersWhatItHadAndIsReplaced) {
  const auto first = ask("task/pid").text;
  auto& slow = send("task/slow");
  EXPECT_EQ(
      error("task/die"),
      R"(500 {"ok":false,"error":{"code":500,"message":"The worker ended before it answered","codeName":"INTERNAL_ERROR"}})");
  EXPECT_EQ(slow.status(), 500);
  const auto second = ask("task/pid").text;
  EXPECT_NE(first, second);
  EXPECT_THAT(ask("task/echo").text, HasSubstr(R"("id":2,)")) << "a new worker counts from 1";
}

TEST_F(TunnelTest, WithoutAnyWorkerRequestsAreAnswered) {
  settings.tunnelWorker = {folder.file("none")};
  auto told = error("task/t");
  // Each of the first starts has a request that it takes with it.
  for (int start = 0; start < 5 && told.find("ended before") != std::string::npos; ++start) {
    told = error("task/t");
  }
  EXPECT_EQ(told,
            R"(500 {"ok":false,"error":{"code":500,"message":"The worker does not run","codeName":"INTERNAL_ERROR"}})");
}

TEST_F(TunnelTest, ATaskThatTakesTooLongIsCancelled) {
  settings.tunnelTimeout = Millis(50);
  EXPECT_EQ(
      error("task/slow"),
      R"(504 {"ok":false,"error":{"code":504,"message":"The worker did not answer in time","codeName":"TIMEOUT"}})");
  EXPECT_TRUE(runUntil([this] { return std::filesystem::exists(folder.file("log")); })) << "the worker is told";
}

TEST_F(TunnelTest, AClientThatLeavesCancelsItsTask) {
  auto& slow = send("task/slow");
  EXPECT_TRUE(runUntil([this] { return figure("in_progress") == 1; }));
  slow.call->halfClosed();
  EXPECT_EQ(slow.code(), ErrorCode::ClientGone);
  EXPECT_TRUE(runUntil([this] { return std::filesystem::exists(folder.file("log")); }));
  EXPECT_EQ(ask("task/free").text, R"({"ok":true,"result":null})") << "its late answer is nobody's";
}

TEST_F(TunnelTest, AWorkerThatHangsInWhatNobodyWaitsForIsKilled) {
  settings.tunnelConcurrency = 1;
  settings.tunnelTimeout = Millis(50);
  EXPECT_EQ(ask("task/slow").status(), 504);
  settings.tunnelTimeout = Seconds(10);
  EXPECT_EQ(ask("task/pid").status(), 200);
}

TEST_F(TunnelTest, AReloadReplacesTheWorkersAndLosesNothing) {
  const auto first = ask("task/pid").text;
  auto& slow = send("task/slow");
  EXPECT_TRUE(runUntil([this] { return figure("in_progress") == 1; }));
  kind->reload([](const Result<void>& result) { EXPECT_TRUE(result.ok()); });
  EXPECT_NE(ask("task/pid").text, first);
  EXPECT_EQ(kind->inspect(true).children.size(), 2U);
  EXPECT_FALSE(slow.done());
}

TEST_F(TunnelTest, TooLargeABodyIsRefusedInAnEnvelope) {
  settings.tunnelMaxBody = 10;
  EXPECT_EQ(error("task/t", "{\"input\":\"long\"}"),
            R"(413 {"ok":false,"error":{"code":413,"message":"Payload too large","codeName":"PAYLOAD_TOO_LARGE"}})");
}

TEST_F(TunnelTest, DiscoveryTellsTheAllowLists) {
  settings.tunnelTasks = {"a", "b"};
  EXPECT_EQ(ask("discovery", "", "secret", "GET").text,
            R"({"ok":true,"result":{"allowList":{"enabled":true,"tasks":["a","b"],"events":[]}}})");
  EXPECT_THAT(error("discovery", "", "wrong", "GET"), HasSubstr("401 "));
  settings.tunnelDiscovery = false;
  EXPECT_THAT(error("discovery", "", "secret", "GET"), HasSubstr("404 "));
}

TEST_F(TunnelTest, AnyOfSeveralTokensIsGood) {
  settings.tunnelToken = {"one", "two"};
  EXPECT_EQ(ask("task/t", "{}", "two").status(), 200);
  EXPECT_EQ(ask("task/t", "{}", "secret").status(), 401);
  EXPECT_EQ(ask("task/t", "{}", "").status(), 401);
  settings.tunnelAnonymous = true;
  EXPECT_EQ(ask("task/t", "{}", "").status(), 200);
}

TEST_F(TunnelTest, APreflightNeedsNoToken) {
  fields = {{"Access-Control-Request-Headers", "x-runner-token"}};
  auto& answer = ask("task/any", "", "", "OPTIONS");
  EXPECT_EQ(answer.status(), 204);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(answer.header("Access-Control-Allow-Headers"), "x-runner-token");
}

TEST_F(TunnelTest, OfSeveralOriginsTheOneThatAsksIsTold) {
  settings.tunnelCorsOrigin = {"https://a", "https://b"};
  fields = {{"Origin", "https://b"}};
  EXPECT_EQ(ask("task/t").header("Access-Control-Allow-Origin"), "https://b");
  EXPECT_EQ(answers.back()->header("Vary"), "Origin");
  fields = {{"Origin", "https://c"}};
  EXPECT_EQ(ask("task/t").header("Access-Control-Allow-Origin"), "");
}

TEST_F(TunnelTest, ARequestIdIsTheClientsWhereItIsSane) {
  fields = {{"X-Runner-Request-Id", " abc-1 "}};
  EXPECT_EQ(ask("task/t").header("x-runner-request-id"), "abc-1");
  fields = {{"X-Runner-Request-Id", "a b"}};
  EXPECT_EQ(ask("task/t").header("x-runner-request-id").size(), 36U);
}

TEST_F(TunnelTest, TheContextIsToldWithoutTheToken) {
  settings.tunnelContext = true;
  fields = {{"X-Tenant", "7"}};
  EXPECT_THAT(
      ask("task/t").text,
      HasSubstr(R"("context":{"method":"POST","path":"/__runner/task/t","headers":{"x-tenant":"7"},"query":{}})"));
}

TEST_F(TunnelTest, WithoutAWorkerTheBuiltInTasksAnswer) {
  settings.tunnelWorker.clear();
  EXPECT_EQ(ask("task/app.tasks.add", R"({"input":{"a":5,"b":3}})").text, R"({"ok":true,"result":8})");
  EXPECT_EQ(ask("task/app.tasks.add", R"({"input":{"a":"5","b":-3}})").text, R"({"ok":true,"result":-3})");
  EXPECT_EQ(ask("task/app.tasks.greet", R"({"input":{"name":"Ada"}})").text, R"({"ok":true,"result":"Hello, Ada!"})");
  EXPECT_EQ(ask("task/app.tasks.greet", "").text, R"({"ok":true,"result":"Hello, World!"})");
  EXPECT_EQ(ask("task/app.tasks.echo", R"({"input":[1.0]})").text, R"({"ok":true,"result":[1.0]})");
  EXPECT_EQ(ask("event/app.events.notify", R"({"payload":{"message":"hi"}})").text, R"({"ok":true})");
  EXPECT_EQ(error("task/other", "{"),
            R"(404 {"ok":false,"error":{"code":404,"message":"Task or event not found","codeName":"NOT_FOUND"}})");
}

}  // namespace
}  // namespace bridge::upstreams
