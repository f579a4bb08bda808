#include "pool/connection.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"
#include "runtime/pool/pool_fixture.h"

namespace bridge::pool {
namespace {

class ConnectionTest : public PoolTest {
 protected:
  void SetUp() override {
    PoolTest::SetUp();
    options.min = options.max = 1;
    handler->next.answersRequests = false;
  }
  /// A request that the only worker has, not yet taken.
  Client& running() {
    startIdle();
    Client& client = request("/");
    EXPECT_TRUE(runUntil([this] { return !handler->worker(0).requests.empty(); }));
    return client;
  }
};

TEST_F(ConnectionTest, CarriesOneRequestFromSendToReady) {
  Client& client = running();
  auto& worker = handler->worker(0);
  EXPECT_TRUE(worker.welcomed);
  worker.say(wire::Taken());
  worker.say(wire::Info{{.status = 103, .reason = "", .headers = {}}});
  worker.answer("abc");
  ASSERT_TRUE(runUntil([&] { return client.log == "taken 103 200 end "; }));
  EXPECT_EQ(client.body, "abc");
  EXPECT_EQ(client.lease->state(), Connection::State::Finishing);
  EXPECT_EQ(pool->status().busy, 1U);
  worker.ready();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 103 200 end ready");
  EXPECT_EQ(idle(), 1U);
  EXPECT_EQ(pool->status().workers.at(0).requests, 1U);
  EXPECT_EQ(pool->status().workers.at(0).label, "/");
}

TEST_F(ConnectionTest, SendsALargeBodyInFrames) {
  handler->next.answersRequests = true;
  startIdle();
  Client& client = request("/");
  client.upload = std::string(3000000, 'u');
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_TRUE(handler->worker(0).body == client.upload);
}

TEST_F(ConnectionTest, AnswersWithAFileHaveNoBytes) {
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.say(wire::AnswerHead{{}, wire::FileSpan{"/x", 0, 1, false}});
  worker.say(wire::End());
  worker.ready();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 200 file end ready");
}

TEST_F(ConnectionTest, AStackIsToldToItsRequestAndIgnoredAfterIt) {
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.say(wire::Stack{"id", {"/a.php:1 a()"}});
  worker.answer("abc");
  worker.say(wire::Stack{"id", {"late"}});
  worker.ready();
  worker.say(wire::Stack{"id", {"later"}});
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken stack 200 end ready");
  Client& next = request("/");
  ASSERT_TRUE(runUntil([&] { return worker.requests.size() == 2; }));
  EXPECT_FALSE(next.lease->askForStack()) << "its hello has named no signal";
  EXPECT_FALSE(worker.dead());
}

TEST_F(ConnectionTest, SaysThatAWorkerDiedBeforeItTookTheRequest) {
  Client& client = running();
  handler->worker(0).die();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "lost");
  EXPECT_EQ(client.error, ErrorCode::WorkerUnreachable);
  EXPECT_FALSE(client.taken);
}

TEST_F(ConnectionTest, SaysThatAWorkerDiedAfterIt) {
  Client& client = running();
  handler->worker(0).say(wire::Taken());
  handler->worker(0).die();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken lost");
  EXPECT_EQ(client.error, ErrorCode::WorkerDied);
  EXPECT_TRUE(client.taken);
}

TEST_F(ConnectionTest, GivesOutWhatCameBeforeTheEnd) {
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.answer("last words");
  worker.die();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 200 end lost");
  EXPECT_EQ(client.body, "last words");
}

TEST_F(ConnectionTest, KillsWhoIsNeverReady) {
  std::vector<std::pair<pid_t, int>> kills;
  events.killThroughHandler = [&](pid_t pid, int signal) { kills.emplace_back(pid, signal); };
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.answer("");
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 200 end lost");
  ASSERT_EQ(kills.size(), 1U);
  EXPECT_EQ(kills[0], (std::pair<pid_t, int>(1000, SIGKILL)));
  EXPECT_TRUE(runUntil([&] { return worker.ended; }));
}

TEST_F(ConnectionTest, AViolationLosesTheRequestAndTheWorker) {
  const std::string garbage[] = {
      std::string("\0\0\0\0", 4),
      "<br />\nWarning: x",
      std::string(wire::messageFrame("{nonsense").view()),
      std::string(wire::messageFrame("{\"t\":\"ping\"}").view()),
      std::string(wire::encode(wire::Hello()).view()),
      std::string(wire::encode(wire::End()).view()),
      std::string(wire::encode(wire::Ready()).view()),
      std::string(wire::encode(wire::Pong()).view()),
      std::string(wire::encode(wire::AnswerHead()).view()),
      std::string("\0\0\0\3\0ab", 7),
      std::string(wire::encode(wire::Taken()).view()) + std::string(wire::encode(wire::Taken()).view()),
  };
  startIdle();
  for (const auto& bytes : garbage) {
    SCOPED_TRACE(log::escape(bytes));
    Client& client = request("/");
    ASSERT_TRUE(runUntil([&] { return !handler->workers.back()->requests.empty(); }));
    handler->workers.back()->raw(bytes);
    ASSERT_TRUE(runUntilDone(client));
    EXPECT_EQ(client.error, ErrorCode::ProtocolViolation) << client.detail;
    ASSERT_TRUE(runUntil([&] { return idle() == 1; }));
  }
}

TEST_F(ConnectionTest, BytesAfterAFileAreAViolation) {
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.say(wire::AnswerHead{{}, wire::FileSpan{"/x", 0, 1, false}});
  worker.sayBody("x");
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.error, ErrorCode::ProtocolViolation);
}

TEST_F(ConnectionTest, APauseHoldsBackWhatWasReadAlready) {
  Client& client = running();
  client.pausesAfterBody = true;
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.say(wire::AnswerHead());
  worker.sayBody("a");
  worker.sayBody("b");
  worker.say(wire::End());
  worker.ready();
  worker.die();
  ASSERT_TRUE(runUntil([&] { return client.body == "a"; }));
  runFor(Millis(20));
  EXPECT_EQ(client.body, "a");
  client.lease->resumeReading();
  EXPECT_EQ(client.body, "a");
  ASSERT_TRUE(runUntil([&] { return client.body == "ab"; }));
  EXPECT_FALSE(client.done);
  client.lease->resumeReading();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 200 end ready");
}

TEST_F(ConnectionTest, AWriteThatFailsDuringAPauseCostsNothingThatWasSaid) {
  Client& client = running();
  client.pausesAfterBody = true;
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.say(wire::AnswerHead());
  worker.sayBody("a");
  ASSERT_TRUE(runUntil([&] { return client.body == "a"; }));
  worker.sayBody("b");
  worker.say(wire::End());
  worker.die();
  runFor(Millis(5));
  client.lease->cancel();
  runFor(Millis(5));
  client.pausesAfterBody = false;
  ASSERT_FALSE(client.done);
  client.lease->resumeReading();
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 200 end lost");
  EXPECT_EQ(client.body, "ab");
}

TEST_F(ConnectionTest, AnAbandonedRequestIsCancelledAndMayFinish) {
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  ASSERT_TRUE(runUntil([&] { return client.log == "taken "; }));
  client.lease = Lease();
  ASSERT_TRUE(runUntil([&] { return worker.cancels == 1; }));
  EXPECT_EQ(pool->status().busy, 1U);
  worker.answer("nobody reads this");
  worker.ready();
  ASSERT_TRUE(runUntil([&] { return idle() == 1; }));
  EXPECT_EQ(client.log, "taken ");
  EXPECT_FALSE(worker.ended);
}

TEST_F(ConnectionTest, AnAbandonedRequestThatGoesOnTooLongIsKilled) {
  Client& client = running();
  client.lease = Lease();
  ASSERT_TRUE(runUntil([&] { return handler->worker(0).ended; }));
  EXPECT_EQ(lost.size(), 1U);
  EXPECT_EQ(client.log, "");
}

TEST_F(ConnectionTest, NoDeadlineHoldsForAWorkerThatMayStandAtABreakpoint) {
  handler->next.hello.debugger = true;
  Client& client = running();
  EXPECT_EQ(client.lease->deadline(Millis(1)), kNoDeadline);
  client.lease = Lease();
  // Another one would be killed by now: see the test before this one.
  runFor(Millis(300));
  EXPECT_FALSE(handler->worker(0).ended);
}

TEST_F(ConnectionTest, ALeaseMayBeDroppedInsideAnEvent) {
  Client& client = running();
  client.dropsAfterBody = true;
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.answer("abc");
  worker.ready();
  ASSERT_TRUE(runUntil([&] { return idle() == 1; }));
  EXPECT_EQ(client.log, "taken 200 ");
}

TEST_F(ConnectionTest, AKilledWorkerIsReplacedAndItsRequestHearsNothing) {
  Client& client = running();
  client.lease->kill("REQUEST_TIMEOUT");
  EXPECT_FALSE(client.lease);
  EXPECT_EQ(client.log, "");
  ASSERT_TRUE(runUntil([&] { return idle() == 1 && handler->workers.size() == 2; }));
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].second.detail, "killed: REQUEST_TIMEOUT");
}

TEST_F(ConnectionTest, AnUnusedLeaseGoesBack) {
  startIdle();
  Client& client = request("/");
  client.sendsAtOnce = false;
  ASSERT_TRUE(runUntil([&] { return client.returned; }));
  EXPECT_EQ(idle(), 0U);
  client.lease = Lease();
  EXPECT_EQ(idle(), 1U);
}

TEST_F(ConnectionTest, ALeaseBecomesEmptyWhenItsWorkerDiesUnused) {
  startIdle();
  Client& client = request("/");
  client.sendsAtOnce = false;
  ASSERT_TRUE(runUntil([&] { return client.returned; }));
  handler->worker(0).die();
  ASSERT_TRUE(runUntil([&] { return !client.lease; }));
}

TEST_F(ConnectionTest, AHeadThatFitsInNoMessageLeavesTheWorkerFree) {
  startIdle();
  Client& client = request("/");
  client.sendsAtOnce = false;
  ASSERT_TRUE(runUntil([&] { return client.returned; }));
  http::Request large;
  large.head.target = "/" + std::string(wire::kMaxMessage, 'x');
  const auto sent = client.lease->send(large, {}, {}, client);
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, ErrorCode::HeadersTooLarge);
  client.lease = Lease();
  EXPECT_EQ(idle(), 1U);
}

/// A worker in a child process of a "handler" that is this process, so that it can be killed for real.
class RealWorkerTest : public ConnectionTest {
 protected:
  void SetUp() override {
    ConnectionTest::SetUp();
    child_ = ::fork();
    if (child_ == 0) {
      ::pause();
      ::_exit(0);
    }
    handler->next.hello.pid = child_;
  }
  void TearDown() override {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    ConnectionTest::TearDown();
  }
  /// Whether the child has ended; it is left as a zombie.
  [[nodiscard]] bool childEnded() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child_;
  }

  pid_t child_ = 0;
};

TEST_F(RealWorkerTest, KillReachesTheProcess) {
  bool asked = false;
  events.killThroughHandler = [&](pid_t, int) { asked = true; };
  Client& client = running();
  client.lease->kill("it hangs");
  EXPECT_TRUE(runUntil([&] { return childEnded(); }));
  EXPECT_FALSE(asked);
}

TEST_F(RealWorkerTest, ItsDeathIsSeenThoughTheConnectionStaysOpen) {
  Client& client = running();
  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.answer("last words");
  ::kill(child_, SIGKILL);
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "taken 200 end lost");
  EXPECT_EQ(client.body, "last words");
}

TEST_F(RealWorkerTest, AClosedWorkerThatDoesNotEndIsKilled) {
  startIdle();
  handler->next.hello.pid = 0;
  pool->closeIdle();
  EXPECT_FALSE(childEnded());
  EXPECT_TRUE(runUntil([&] { return childEnded(); }));
}

TEST_F(RealWorkerTest, AStrangersPidIsNeverSignalled) {
  handler->next.hello.pid = ::getppid();
  bool asked = false;
  events.killThroughHandler = [&](pid_t, int) { asked = true; };
  Client& client = running();
  client.lease->kill("test");
  EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace bridge::pool
