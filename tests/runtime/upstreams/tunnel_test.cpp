#include "upstreams/tunnel.h"

#include "runtime/upstreams/tunnel_fixture.h"

namespace bridge::upstreams {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class TunnelTest : public testing::TunnelFixture {};

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

TEST_F(TunnelTest, AWorkerThatClosesItsStdoutIsReplacedAndNobodyWaitsForIt) {
  const auto first = ask("task/pid").text;
  EXPECT_THAT(error("task/mute"), HasSubstr("The worker ended before it answered"));
  EXPECT_NE(first, ask("task/pid").text);
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
  EXPECT_EQ(slow.status(), 499);
  EXPECT_THAT(slow.text, HasSubstr(R"("codeName":"REQUEST_ABORTED")"));
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

TEST_F(TunnelTest, ARequestIdIsTheClientsWhereItIsSane) {
  fields = {{"X-Runner-Request-Id", " abc-1 "}};
  EXPECT_EQ(ask("task/t").header("x-runner-request-id"), "abc-1");
  fields = {{"X-Runner-Request-Id", "a b"}};
  EXPECT_EQ(ask("task/t").header("x-runner-request-id").size(), 36U);
}

TEST_F(TunnelTest, APreflightNeedsNoToken) {
  EXPECT_EQ(ask("task/any", "", "", "OPTIONS").status(), 204);
  EXPECT_EQ(answers.back()->header("Access-Control-Allow-Origin"), "*");
}

TEST_F(TunnelTest, ATaskMayHaveATimeOfItsOwn) {
  settings.tunnelTimeouts = {"slow=0.05", "other=99"};
  EXPECT_EQ(ask("task/slow").status(), 504);
}

TEST_F(TunnelTest, TheContextsOfTheClientArePassedOn) {
  fields = {{"X-Runner-Context", R"({"app.user":"{\"id\":7}"})"}};
  EXPECT_THAT(ask("task/t").text, HasSubstr(R"(,"contexts":{"app.user":"{\"id\":7}"}})"));
  fields = {{"X-Runner-Context", "{\"a\":\"\xE9\"}"}};
  EXPECT_THAT(ask("task/t").text, HasSubstr("\"contexts\":{\"a\":\"é\"}")) << "a byte of a head is a character";
  for (const auto* bad : {"{", "1", "[]", ""}) {
    fields = {{"X-Runner-Context", bad}};
    EXPECT_THAT(ask("task/t").text, ::testing::Not(HasSubstr("contexts"))) << bad;
  }
}

TEST_F(TunnelTest, AWorkerIsAskedWhetherARequestIsAllowed) {
  settings.tunnelDelegateAuth = true;
  fields = {{"X-User", "ada"}};
  EXPECT_THAT(ask("task/t", R"({"input":1})").text, HasSubstr(R"("id":2,"taskId":"t","input":1)"));
  fields = {{"X-User", "eve"}};
  EXPECT_EQ(error("task/t"), R"(403 {"ok":false,"error":{"code":403,"message":"Not you","codeName":"FORBIDDEN"}})");
  fields = {{"X-User", "bug"}};
  EXPECT_THAT(error("event/e"), HasSubstr("500 "));
}

TEST_F(TunnelTest, NobodyCanBeAskedWithoutAWorker) {
  settings.tunnelWorker.clear();
  settings.tunnelDelegateAuth = true;
  begin();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.front().variable, "TUNNEL_DELEGATE_AUTH");
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
