#include "upstreams/laravel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/metrics.h"
#include "runtime/upstreams/laravel_fixture.h"

namespace bridge::upstreams {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using LaravelTest = testing::LaravelFixture;

TEST_F(LaravelTest, AWorkerAnswers) {
  startAndWait();
  auto& answer = get("/");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_THAT(answer.text, HasSubstr("hello from "));
  EXPECT_EQ(std::to_string(answer.served.pid), answer.header("X-Worker"));
  EXPECT_GT(answer.served.worked.count(), 0);
  EXPECT_EQ(laravel_->inspect().state, "serving");
  EXPECT_EQ(laravel_->inspect().generation, 1U);
}

TEST_F(LaravelTest, ARequestThatComesBeforeTheBootIsOverWaits) {
  start();
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, TheSocketMovesToItsPathWhenItHasProvedItself) {
  startAndWait();
  EXPECT_TRUE(std::filesystem::is_socket(app_.socket()));
  EXPECT_FALSE(std::filesystem::exists(app_.socket() + ".1"));
  // Workers opened from now on come through the new path.
  auto& first = ask("/slow?ms=200");
  auto& second = ask("/slow?ms=200");
  EXPECT_EQ(finish(first).status(), 200);
  EXPECT_EQ(finish(second).status(), 200);
  EXPECT_NE(first.header("X-Worker"), second.header("X-Worker"));
}

TEST_F(LaravelTest, ASmallBodyGoesInFrames) {
  startAndWait();
  auto& answer = finish(ask(request("POST", "/echo", {{"Content-Type", "text/plain"}}), "hello body"));
  EXPECT_THAT(answer.text, HasSubstr("\"text\":\"hello body\""));
  EXPECT_THAT(answer.text, HasSubstr("\"length\":10"));
  EXPECT_THAT(answer.text, Not(HasSubstr("\"spool\"")));
}

TEST_F(LaravelTest, ALargeBodyGoesInAPrivateFileThatIsRemoved) {
  startAndWait();
  auto& answer = finish(ask(request("POST", "/echo"), std::string(300'000, 'x')));
  EXPECT_EQ(answer.status(), 200);
  // sha256 of 300,000 times x.
  EXPECT_THAT(answer.text, HasSubstr("\"mode\":\"600\""));
  EXPECT_THAT(answer.text, HasSubstr("\"length\":300000"));
  EXPECT_TRUE(run([this] { return spooledFiles() == 0; }));
  EXPECT_EQ(laravel_->inspect().spooledBytes, 0U);
}

TEST_F(LaravelTest, AFormIsTakenApart) {
  startAndWait();
  const std::string form =
      "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n"
      "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"t.txt\"\r\n\r\ncontent\r\n--B--\r\n";
  auto& answer = finish(ask(request("POST", "/echo", {{"Content-Type", "multipart/form-data; boundary=B"}}), form));
  EXPECT_THAT(answer.text, HasSubstr("\"fields\":[[\"a\",5]]"));
  EXPECT_THAT(answer.text, HasSubstr("\"text\":\"value\""));
  EXPECT_THAT(answer.text, HasSubstr("\"name\":\"t.txt\""));
  EXPECT_THAT(answer.text, HasSubstr("ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"));
  EXPECT_TRUE(run([this] { return spooledFiles() == 0; }));
}

TEST_F(LaravelTest, ABodyThatDoesNotFitIsRefusedUnread) {
  settings_.spoolMaxBytes = 1000;
  startAndWait();
  EXPECT_EQ(finish(ask(request("POST", "/echo"), std::string(300'000, 'x'))).code(), ErrorCode::SpoolFull);
  EXPECT_FALSE(app_.has("runs"));
}

TEST_F(LaravelTest, ARepeatedSingletonNeverReachesPhp) {
  startAndWait();
  for (const char* name : {"Content-Type", "Authorization", "Content-Length"}) {
    EXPECT_EQ(finish(ask(request("GET", "/", {{name, "1"}, {name, "1"}}))).code(), ErrorCode::BadRequest);
  }
  EXPECT_FALSE(app_.has("runs"));
}

TEST_F(LaravelTest, InformationalAnswersAndStreamsPassAsTheyCome) {
  startAndWait();
  auto& answer = ask("/stream");
  ASSERT_TRUE(run([&answer] { return answer.text.size() >= 10; }));
  EXPECT_FALSE(answer.done());
  EXPECT_THAT(answer.informationals, ElementsAre(103));
  answer.call.reset();
  ASSERT_TRUE(run([this] { return app_.has("cancelled"); }));
  EXPECT_THAT(app_.read("cancelled"), HasSubstr("cancel"));
  // The worker has gone on to `ready`, and serves again.
  const auto workers = laravel_->inspect().pool.workers;
  EXPECT_EQ(get("/").header("X-Worker"), std::to_string(workers.at(0).pid));
}

TEST_F(LaravelTest, ASlowClientDoesNotHoldTheWorker) {
  startAndWait();
  auto& answer = ask("/big?bytes=900000");
  answer.onBody = [&answer] { answer.call->pause(); };
  ASSERT_TRUE(run([this] { return app_.has("big-done"); }));
  EXPECT_LT(answer.text.size(), 200'000U);
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_FALSE(answer.done());
  answer.onBody = nullptr;
  answer.call->resume();
  finish(answer);
  EXPECT_TRUE(answer.ended);
  EXPECT_EQ(answer.text, std::string(900'000, 'x'));
}

TEST_F(LaravelTest, BeyondTheBufferTheWorkerWaits) {
  settings_.answerBuffer = 1U << 20U;
  startAndWait();
  auto& answer = ask("/big?bytes=16000000");
  answer.onBody = [&answer] { answer.call->pause(); };
  testing::runFor(loop_, Millis(300));
  EXPECT_FALSE(app_.has("big-done"));
  answer.onBody = nullptr;
  answer.call->resume();
  finish(answer);
  EXPECT_EQ(answer.text.size(), 16'000'000U);
}

TEST_F(LaravelTest, AFileIsOpenedHere) {
  startAndWait();
  app_.touch("download", "0123456789");
  auto& answer = get("/file?path=download&offset=2&length=5");
  EXPECT_FALSE(answer.ended && !answer.openedFile());
  // The handler's folder is not ours: the path has to be absolute.
  auto& absolute = get("/file?path=" + app_.file("download") + "&offset=2&length=5&delete=1");
  ASSERT_TRUE(absolute.openedFile());
  EXPECT_EQ(absolute.fileRange.offset, 2U);
  EXPECT_EQ(absolute.fileRange.length, 5U);
  EXPECT_TRUE(absolute.ended);
  EXPECT_TRUE(run([this] { return !app_.has("download"); }));
}

TEST_F(LaravelTest, AFileThatIsNotThereIsABadAnswer) {
  startAndWait();
  EXPECT_EQ(get("/file?path=/nowhere/at/all&length=5").code(), ErrorCode::InvalidAnswer);
  app_.touch("short", "abc");
  EXPECT_EQ(get("/file?path=" + app_.file("short") + "&length=5").code(), ErrorCode::InvalidAnswer);
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, AWorkerThatDiesInARequestCostsThatRequestOnly) {
  startAndWait();
  auto& answer = get("/die");
  EXPECT_EQ(answer.code(), ErrorCode::WorkerDied);
  EXPECT_EQ(app_.lines("runs").size(), 1U);
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_EQ(boots(), 1U);
}

TEST_F(LaravelTest, AWorkerThatDiesInABodyCutsTheAnswer) {
  startAndWait();
  auto& answer = get("/die-in-body");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.code(), ErrorCode::WorkerDied);
  EXPECT_EQ(answer.text, "half of it");
}

TEST_F(LaravelTest, AWorkerThatIsFoundDeadIsReplacedUnseen) {
  startAndWait();
  auto& answer = finish(ask(request("POST", "/die-before-taken?once=" + app_.file("once")), "a body"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_TRUE(app_.has("once"));
  EXPECT_EQ(app_.lines("runs").size(), 1U);
}

TEST_F(LaravelTest, ARequestOutlivesAllIdleWorkers) {
  settings_.socketPoolMin = settings_.socketPoolMax = 4;
  startAndWait();
  ASSERT_TRUE(run([this] { return laravel_->inspect().pool.idle == 4; }));
  std::vector<pid_t> workers;
  for (const auto& worker : laravel_->inspect().pool.workers) workers.push_back(worker.pid);
  // Stopped first, so that the server learns of all the deaths at once, and too late.
  for (const pid_t worker : workers) ASSERT_EQ(::kill(worker, SIGSTOP), 0);
  auto& answer = ask("/");
  ASSERT_TRUE(run([this] { return laravel_->inspect().pool.busy == 1; }));
  for (const pid_t worker : workers) ASSERT_EQ(::kill(worker, SIGKILL), 0);
  EXPECT_EQ(finish(answer).status(), 200);
  EXPECT_EQ(app_.lines("runs").size(), 1U);
}

TEST_F(LaravelTest, ARequestThatNoWorkerCanTakeIsGivenUp) {
  startAndWait();
  EXPECT_EQ(get("/never-taken").code(), ErrorCode::WorkerUnreachable);
  EXPECT_FALSE(app_.has("runs"));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, NonsenseFromAWorkerIsA502) {
  startAndWait();
  EXPECT_EQ(get("/garbage").code(), ErrorCode::ProtocolViolation);
  EXPECT_EQ(get("/bad-answer").code(), ErrorCode::ProtocolViolation);
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, ARequestOverItsDeadlineEndsItsWorker) {
  settings_.requestTimeout = Millis(200);
  startAndWait();
  auto& answer = get("/slow?ms=20000");
  EXPECT_EQ(answer.code(), ErrorCode::RequestDeadline);
  const pid_t pid = answer.served.pid;
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, TheLogSaysWherePhpIsWhenTheDeadlineComes) {
  settings_.requestTimeout = Millis(200);
  startAndWait();
  ::testing::internal::CaptureStderr();
  auto& answer = get("/spin?ms=20000");
  EXPECT_EQ(answer.code(), ErrorCode::RequestDeadline);
  const pid_t pid = answer.served.pid;
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
  const auto log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("id=id-spin?ms=20000 worker=" + std::to_string(pid) + " \"GET /spin\" has run for 0."));
  EXPECT_THAT(log, HasSubstr("beyond REQUEST_TIMEOUT, it is killed"));
  EXPECT_THAT(log, HasSubstr("id=id-spin?ms=20000 #0 /fake.php:1 spin()"));
  EXPECT_THAT(log, HasSubstr("id=id-spin?ms=20000 #1 /fake.php:2 serve()"));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, AWorkerThatCannotTellItsStackIsKilledAllTheSame) {
  settings_.requestTimeout = Millis(200);
  startAndWait();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(get("/stuck").code(), ErrorCode::RequestDeadline);
  const pid_t pid = answers_.back()->served.pid;
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
  const auto log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("and waits in sleep: beyond REQUEST_TIMEOUT, it is killed"));
  EXPECT_THAT(log, HasSubstr("no PHP stack came"));
}

TEST_F(LaravelTest, AWorkerThatKnowsNoSignalIsAskedNothing) {
  app_.touch("no-stack");
  settings_.requestTimeout = Millis(200);
  settings_.slowLogThreshold = Millis(50);
  startAndWait();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(get("/spin?ms=20000").code(), ErrorCode::RequestDeadline);
  const pid_t pid = answers_.back()->served.pid;
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), Not(HasSubstr("stack")));
}

TEST_F(LaravelTest, ASlowRequestIsLoggedOnceWithItsStack) {
  settings_.slowLogThreshold = Millis(100);
  startAndWait();
  const double before = metrics::all().slowRequests.value();
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(get("/spin?ms=400").text, "spun");
  EXPECT_EQ(get("/").status(), 200);
  const auto log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"GET /spin\" has run for 0.1"));
  EXPECT_THAT(log, HasSubstr("and computes; its PHP stack follows"));
  EXPECT_THAT(log, HasSubstr("id=id-spin?ms=400 #0 /fake.php:1 spin()"));
  EXPECT_EQ(log.find("has run for"), log.rfind("has run for"));
  EXPECT_EQ(metrics::all().slowRequests.value(), before + 1);
}

TEST_F(LaravelTest, ASlowRequestThatWaitsIsLoggedAndLeftAlone) {
  settings_.slowLogThreshold = Millis(100);
  startAndWait();
  ::testing::internal::CaptureStderr();
  const Instant began = Clock::now();
  EXPECT_EQ(get("/slow?ms=500").text, "slow");
  // A signal would have cut its sleep.
  EXPECT_GE(Clock::now() - began, Millis(500));
  const auto log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"GET /slow\" has run for 0."));
  EXPECT_THAT(log, HasSubstr("and waits in sleep\n"));
  EXPECT_THAT(log, Not(HasSubstr("#0")));
}

TEST_F(LaravelTest, AnIdleWorkerThatIsFrozenCostsNobodyAnAnswer) {
  settings_.socketPoolMax = 1;
  settings_.handoverTimeout = Millis(200);
  startAndWait();
  const pid_t frozen = laravel_->inspect().pool.workers.at(0).pid;
  ASSERT_EQ(::kill(frozen, SIGSTOP), 0);
  ::testing::internal::CaptureStderr();
  auto& answer = finish(ask(request("POST", "/echo"), "a body"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_THAT(answer.text, HasSubstr("\"text\":\"a body\""));
  EXPECT_NE(answer.header("X-Worker"), std::to_string(frozen));
  EXPECT_THAT(app_.lines("runs"), ElementsAre("id-echo"));
  EXPECT_TRUE(run([frozen] { return ::kill(frozen, 0) != 0; }));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("did not take the request within HANDOVER_TIMEOUT and is stopped"));
}

TEST_F(LaravelTest, ARequestWhoseClientLeftAFrozenWorkerIsForgotten) {
  settings_.socketPoolMax = 1;
  settings_.handoverTimeout = Millis(200);
  startAndWait();
  const pid_t frozen = laravel_->inspect().pool.workers.at(0).pid;
  ASSERT_EQ(::kill(frozen, SIGSTOP), 0);
  auto& answer = ask("/gone");
  ASSERT_TRUE(run([this] { return laravel_->inspect().pool.busy == 1; }));
  answer.call.reset();
  EXPECT_TRUE(run([frozen] { return ::kill(frozen, 0) != 0; }));
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_THAT(app_.lines("runs"), ElementsAre("id-"));
}

TEST_F(LaravelTest, ASilentStreamIsCut) {
  settings_.streamIdleTimeout = Millis(200);
  startAndWait();
  auto& answer = get("/stall");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.code(), ErrorCode::StreamIdle);
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, TheClientDoesNotWaitForDeferredWork) {
  settings_.socketPoolMax = 1;
  startAndWait();
  const Instant began = Clock::now();
  get("/deferred?ms=400");
  EXPECT_LT(Clock::now() - began, Millis(300));
  // The worker has not been given its next request before it was ready.
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_GE(Clock::now() - began, Millis(400));
}

TEST_F(LaravelTest, AQueuedRequestWhoseClientLeftIsNeverRun) {
  settings_.socketPoolMax = 1;
  startAndWait();
  auto& running = ask("/slow?ms=300");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  auto& gone = ask("/gone");
  auto& half = ask("/half");
  EXPECT_EQ(laravel_->inspect().waiting, 2U);
  gone.call.reset();
  half.call->halfClosed();
  EXPECT_EQ(finish(half).code(), ErrorCode::ClientGone);
  EXPECT_EQ(finish(running).status(), 200);
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_THAT(app_.lines("runs"), ElementsAre("id-slow?ms=300", "id-"));
}

TEST_F(LaravelTest, ARunningRequestSurvivesAHalfClose) {
  startAndWait();
  auto& answer = ask("/slow?ms=100");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  answer.call->halfClosed();
  EXPECT_EQ(finish(answer).status(), 200);
}

TEST_F(LaravelTest, AHalfCloseIsTheEndWhereTheSettingsSaySo) {
  settings_.disconnectOnFin = true;
  settings_.disconnectTimeout = Millis(0);
  startAndWait();
  auto& answer = ask("/slow?ms=20000");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  const pid_t pid = laravel_->inspect().pool.workers.at(0).pid;
  answer.call->halfClosed();
  EXPECT_EQ(finish(answer).code(), ErrorCode::ClientGone);
  answer.call.reset();
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, ARequestWhoseClientLeftHasItsTimeToEnd) {
  settings_.disconnectTimeout = Millis(0);
  startAndWait();
  auto& answer = ask("/slow?ms=20000");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  const pid_t pid = laravel_->inspect().pool.workers.at(0).pid;
  answer.call.reset();
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, TheSpooledBodyOfAClientThatLeftStaysUntilTheWorkerIsReady) {
  startAndWait();
  auto& answer = ask(request("POST", "/slow?ms=300"), std::string(300'000, 'x'));
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  answer.call.reset();
  testing::runFor(loop_, Millis(50));
  EXPECT_EQ(spooledFiles(), 1);
  EXPECT_TRUE(run([this] { return spooledFiles() == 0; }));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(LaravelTest, AClientMayLeaveWhileItUploads) {
  startAndWait();
  auto asked = request("POST", "/echo");
  asked.head.contentLength = 500'000;
  auto& answer = *answers_.emplace_back(std::make_unique<testing::RecordedAnswer>());
  answer.request = asked;
  answer.call = laravel_->start(answer.request, {}, answer);
  answer.call->body(Bytes(std::string(100'000, 'x')));
  answer.call.reset();
  EXPECT_TRUE(run([this] { return spooledFiles() == 0; }));
  EXPECT_EQ(laravel_->inspect().spooledBytes, 0U);
}

TEST_F(LaravelTest, ARetiringWorkerIsReplaced) {
  startAndWait();
  const auto first = get("/retire").header("X-Worker");
  auto& next = get("/");
  EXPECT_EQ(next.status(), 200);
  EXPECT_NE(next.header("X-Worker"), first);
}

TEST_F(LaravelTest, AFullQueueRefuses) {
  settings_.socketPoolMax = 1;
  settings_.queueLimit = 1;
  startAndWait();
  auto& running = ask("/slow?ms=200");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  auto& waiting = ask("/");
  EXPECT_EQ(get("/").code(), ErrorCode::QueueFull);
  EXPECT_EQ(finish(running).status(), 200);
  EXPECT_EQ(finish(waiting).status(), 200);
}

TEST_F(LaravelTest, ARouteHasItsOwnDeadline) {
  settings_.requestTimeout = Seconds(20);
  settings_.routes = "/slow timeout=0.2";
  startAndWait();
  EXPECT_EQ(get("/slow?ms=20000").code(), ErrorCode::RequestDeadline);
  EXPECT_EQ(get("/spin?ms=300").status(), 200);
}

TEST_F(LaravelTest, ARouteWithIsolationGetsAForkOfItsOwnAndTheOthersKeepTheirWorker) {
  settings_.routes = "/echo isolation=request";
  startAndWait();
  const auto resident = get("/").header("X-Worker");
  auto& first = get("/echo");
  auto& second = get("/echo");
  EXPECT_THAT(first.text, HasSubstr("\"isolate\":true"));
  EXPECT_NE(first.header("X-Worker"), resident);
  EXPECT_NE(second.header("X-Worker"), resident);
  EXPECT_NE(first.header("X-Worker"), second.header("X-Worker"));
  const auto workers = laravel_->inspect().pool.workers;
  EXPECT_TRUE(std::ranges::any_of(workers, [&](const auto& worker) { return std::to_string(worker.pid) == resident; }));
}

TEST_F(LaravelTest, ALaneLeavesWorkersForTheOthers) {
  settings_.socketPoolMax = 2;
  settings_.lanes = "slow=1";
  settings_.routes = "/slow lane=slow";
  startAndWait();
  auto& running = ask("/slow?ms=300");
  auto& waiting = ask("/slow?ms=1");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_FALSE(running.done());
  EXPECT_FALSE(waiting.done());
  const auto lanes = laravel_->inspect().lanes;
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes[0].busy, 1U);
  EXPECT_EQ(lanes[0].waiting, 1U);
  EXPECT_EQ(finish(running).status(), 200);
  EXPECT_EQ(finish(waiting).status(), 200);
}

TEST_F(LaravelTest, AnswersTellThemselvesApartUnderLoad) {
  startAndWait();
  std::vector<testing::RecordedAnswer*> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(&ask(request("POST", "/echo"), "body " + std::to_string(i)));
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_THAT(finish(*all[static_cast<std::size_t>(i)]).text,
                HasSubstr("\"text\":\"body " + std::to_string(i) + "\""));
  }
}

}  // namespace
}  // namespace bridge::upstreams
