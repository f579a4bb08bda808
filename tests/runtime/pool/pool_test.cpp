#include "pool/pool.h"

#include <gmock/gmock.h>

#include "runtime/pool/pool_fixture.h"

namespace bridge::pool {
namespace {

using ::testing::ElementsAre;

TEST_F(PoolTest, OpensMinWorkersAndSaysSoOnce) {
  startIdle();
  EXPECT_EQ(handler->workers.size(), 2U);
  EXPECT_EQ(started, 1);
  EXPECT_TRUE(pool->started());
}

TEST_F(PoolTest, ServesARequestAndKeepsTheWorker) {
  startIdle();
  for (int i = 0; i < 20; ++i) {
    Client& client = request("/" + std::to_string(i));
    EXPECT_FALSE(client.returned);
    ASSERT_TRUE(runUntilDone(client));
    EXPECT_EQ(client.log, "taken 200 end ready");
    EXPECT_EQ(client.body, "hello");
  }
  EXPECT_EQ(handler->workers.size(), 2U);
}

TEST_F(PoolTest, TheWorkerUsedLastGoesFirst) {
  startIdle();
  Client& first = request("/");
  ASSERT_TRUE(runUntilDone(first));
  for (int i = 0; i < 5; ++i) {
    Client& client = request("/");
    ASSERT_TRUE(runUntilDone(client));
    EXPECT_EQ(client.pid, first.pid);
  }
}

TEST_F(PoolTest, GrowsAtOnceForThoseWhoWaitAndNeverBeyondMax) {
  handler->next.answersRequests = false;
  startIdle();
  for (int i = 0; i < 3; ++i) request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 3; }));
  EXPECT_EQ(handler->workers.size(), 3U);
  for (int i = 0; i < 9; ++i) request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 4; }));
  runFor(Millis(20));
  EXPECT_EQ(handler->workers.size(), 4U);
  EXPECT_EQ(queue->waiting(), 8U);
}

TEST_F(PoolTest, ShrinksToMinWhenIdle) {
  options.idleTimeout = Millis(30);
  handler->next.answersRequests = false;
  startIdle();
  for (int i = 0; i < 4; ++i) request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 4; }));
  for (const auto& worker : handler->workers) {
    worker->say(wire::Taken());
    worker->answer("");
    worker->ready();
  }
  ASSERT_TRUE(runUntil([this] { return handler->alive() == 2; }));
  EXPECT_EQ(idle(), 2U);
  EXPECT_TRUE(lost.empty());
}

TEST_F(PoolTest, KeepsSpareWorkersBesideTheBusyOnes) {
  options.spare = 2;
  handler->next.answersRequests = false;
  startIdle();
  request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 1 && idle() == 2; }));
  request("/");
  request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 3 && idle() == 1; }));
  EXPECT_EQ(handler->workers.size(), 4U);
}

TEST_F(PoolTest, ADeadIdleWorkerIsReplaced) {
  startIdle();
  handler->worker(0).die();
  ASSERT_TRUE(runUntil([this] { return handler->workers.size() == 3 && idle() == 2; }));
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].first, 1000);
}

TEST_F(PoolTest, AWorkerThatDiesInARequestIsReplacedAtOnceEachTime) {
  handler->next.answersRequests = false;
  options.backoff.firstPause = Seconds(60);
  startIdle();
  for (int i = 0; i < 5; ++i) {
    Client& client = request("/");
    ASSERT_TRUE(runUntil([&] { return client.lease && client.lease->state() == Connection::State::Busy; }));
    for (const auto& worker : handler->workers) {
      if (!worker->dead() && !worker->requests.empty()) worker->die();
    }
    ASSERT_TRUE(runUntil([&] {
      for (const auto& worker : handler->workers) {
        if (!worker->dead() && !worker->requests.empty()) worker->die();
      }
      return client.done && idle() == 2;
    }));
  }
}

TEST_F(PoolTest, WorkersThatDieInHelloAreTriedWithGrowingPauses) {
  handler->next.saysHello = false;
  options.min = 1;
  start();
  ASSERT_TRUE(runUntil([this] {
    for (const auto& worker : handler->workers) worker->die();
    return handler->workers.size() == 4;
  }));
  EXPECT_GE(lost.size(), 3U);
  EXPECT_EQ(started, 0);
  handler->next.saysHello = true;
  handler->worker(3).die();
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
}

TEST_F(PoolTest, ASilentWorkerIsGivenUpAfterTheConnectionTimeout) {
  handler->next.saysHello = false;
  options.min = 1;
  options.connectionTimeout = Millis(30);
  start();
  ASSERT_TRUE(runUntil([this] { return !lost.empty(); }));
  EXPECT_EQ(lost[0].second.code, ErrorCode::WorkerUnreachable);
  handler->next.saysHello = true;
  EXPECT_TRUE(runUntil([this] { return idle() == 1; }));
}

TEST_F(PoolTest, RefusesAnotherVersionInClearWords) {
  handler->next.hello.version = 2;
  options.min = 1;
  start();
  ASSERT_TRUE(runUntil([this] { return !lost.empty() && handler->worker(0).ended; }));
  EXPECT_THAT(handler->worker(0).refusal, ::testing::HasSubstr("version 2"));
  EXPECT_FALSE(handler->worker(0).welcomed);
}

TEST_F(PoolTest, RefusesWhomTheOwnerDoesNotWant) {
  events.verify = [](const wire::Hello& hello, const loop::PeerCredentials& peer) -> std::optional<std::string> {
    EXPECT_EQ(peer.pid, ::getpid());
    if (hello.path == "/other") return "another application: /other";
    return std::nullopt;
  };
  handler->next.hello.path = "/other";
  options.min = 1;
  start();
  ASSERT_TRUE(runUntil([this] { return !handler->workers.empty() && handler->worker(0).ended; }));
  EXPECT_EQ(handler->worker(0).refusal, "another application: /other");
  handler->next.hello.path = "/app";
  EXPECT_TRUE(runUntil([this] { return idle() == 1; }));
}

TEST_F(PoolTest, PingsIdleWorkersAndReplacesTheOneThatDoesNotAnswer) {
  options.healthInterval = Millis(10);
  options.connectionTimeout = Millis(40);
  startIdle();
  ASSERT_TRUE(runUntil([this] { return handler->worker(0).pings >= 2 && handler->worker(1).pings >= 2; }));
  EXPECT_TRUE(lost.empty());
  handler->next.answersPings = false;
  handler->worker(0).die();
  ASSERT_TRUE(runUntil([this] { return lost.size() >= 2; }));
  EXPECT_EQ(lost[1].first, 1002);
  handler->next.answersPings = true;
  EXPECT_TRUE(runUntil([this] { return idle() == 2; }));
  EXPECT_FALSE(handler->worker(1).ended);
}

TEST_F(PoolTest, ARequestSentToAWorkerThatFailsItsPingIsLostUntaken) {
  options.min = options.max = 1;
  options.healthInterval = Millis(10);
  options.connectionTimeout = Millis(40);
  handler->next.answersPings = false;
  handler->next.answersRequests = false;
  startIdle();
  ASSERT_TRUE(runUntil([this] { return handler->worker(0).pings == 1; }));
  Client& client = request("/");
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.log, "lost");
  EXPECT_FALSE(client.taken);
}

TEST_F(PoolTest, RetirementIsReplacementFirst) {
  options.min = options.max = 1;
  handler->next.ready.retire = true;
  startIdle();
  handler->next.saysHello = false;
  Client& client = request("/a");
  ASSERT_TRUE(runUntilDone(client));
  ASSERT_TRUE(runUntil([this] { return handler->workers.size() == 2; }));
  runFor(Millis(20));
  EXPECT_THAT(retired, ElementsAre(1000));
  EXPECT_FALSE(handler->worker(0).ended);
  EXPECT_EQ(pool->status().retiring, 1U);
  handler->worker(1).say(wire::Hello());
  ASSERT_TRUE(runUntil([this] { return handler->worker(0).ended; }));
  EXPECT_EQ(idle(), 1U);
  EXPECT_TRUE(lost.empty());
}

TEST_F(PoolTest, AWornWorkerServesUntilItsReplacementIsThere) {
  options.min = options.max = 1;
  handler->next.ready.retire = handler->next.ready.patient = true;
  startIdle();
  handler->next.saysHello = false;
  ASSERT_TRUE(runUntilDone(request("/a")));
  ASSERT_TRUE(runUntil([this] { return handler->workers.size() == 2; }));
  ASSERT_TRUE(runUntilDone(request("/b")));
  ASSERT_TRUE(runUntilDone(request("/c")));
  EXPECT_EQ(handler->worker(0).requests, (std::vector<std::string>{"/a", "/b", "/c"}));
  EXPECT_THAT(retired, ElementsAre(1000));
  EXPECT_EQ(handler->workers.size(), 2U);
  handler->worker(1).say(wire::Hello());
  ASSERT_TRUE(runUntil([this] { return handler->worker(0).ended; }));
  EXPECT_EQ(idle(), 1U);
  EXPECT_TRUE(lost.empty());
}

TEST_F(PoolTest, WornWorkersAreReplacedOneAfterTheOther) {
  options.min = options.max = 3;
  handler->next.ready.retire = handler->next.ready.patient = true;
  startIdle();
  handler->next.saysHello = false;
  for (int i = 0; i < 3; ++i) request("/");
  ASSERT_TRUE(runUntil([this] { return retired.size() == 3; }));
  for (std::size_t opened = 4; opened <= 6; ++opened) {
    ASSERT_TRUE(runUntil([&] { return handler->workers.size() == opened; }));
    runFor(Millis(20));
    EXPECT_EQ(handler->workers.size(), opened) << "the next replacement waits for this one";
    EXPECT_GE(idle(), options.min);
    handler->worker(opened - 1).say(wire::Hello());
    ASSERT_TRUE(runUntil([&] { return handler->alive() == 3 + (opened < 6 ? 1 : 0); }));
  }
  EXPECT_EQ(idle(), 3U);
}

TEST_F(PoolTest, AWornWorkerThatWorksGoesWhenItIsFree) {
  options.min = options.max = 1;
  handler->next.answersRequests = false;
  handler->next.ready.retire = handler->next.ready.patient = true;
  startIdle();
  Client& first = request("/");
  auto& worker = handler->worker(0);
  const auto answer = [&](const Client& client, std::size_t number) {
    ASSERT_TRUE(runUntil([&] { return worker.requests.size() == number; }));
    worker.say(wire::Taken());
    worker.answer("x");
    worker.ready();
    ASSERT_TRUE(runUntilDone(client));
  };
  handler->next.saysHello = false;
  answer(first, 1);
  Client& second = request("/");
  ASSERT_TRUE(runUntil([&] { return worker.requests.size() == 2; }));
  handler->worker(1).say(wire::Hello());
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
  EXPECT_FALSE(worker.dead());
  answer(second, 2);
  EXPECT_TRUE(runUntil([&] { return worker.dead(); }));
}

TEST_F(PoolTest, AWornWorkerMakesRoomWhereThereIsNoneForTwo) {
  options.capacity = 1;
  handler->next.ready.retire = handler->next.ready.patient = true;
  start();
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
  ASSERT_TRUE(runUntilDone(request("/")));
  ASSERT_TRUE(runUntil([this] { return handler->workers.size() == 2 && idle() == 1; }));
  EXPECT_TRUE(handler->worker(0).ended);
}

TEST_F(PoolTest, AShortWaitIsNoReasonToGrow) {
  options.min = 1;
  options.growAfter = Seconds(100);
  handler->next.answersRequests = false;
  startIdle();
  request("/");
  request("/");
  runFor(Millis(50));
  EXPECT_EQ(handler->workers.size(), 1U);
}

TEST_F(PoolTest, ALongerOneIs) {
  options.min = 1;
  options.growAfter = Millis(20);
  handler->next.answersRequests = false;
  startIdle();
  request("/");
  request("/");
  EXPECT_TRUE(runUntil([this] { return handler->workers.size() == 2; }));
}

TEST_F(PoolTest, WithoutRoomInTheMemoryThereIsOneWorker) {
  MemoryBudget budget(loop_, [] { return MemoryBudget::Processes{}; });
  budget.configure(1, {});
  options.memory = &budget;
  handler->next.answersRequests = false;
  start();
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
  request("/");
  request("/");
  runFor(Millis(30));
  EXPECT_EQ(handler->workers.size(), 1U);
  EXPECT_TRUE(budget.refused());
  budget.configure(1U << 30U, {});
  pool->refill();
  EXPECT_TRUE(runUntil([this] { return handler->workers.size() == 2; }));
  pool.reset();
  budget.stop();
}

TEST_F(PoolTest, IdleWorkersBeyondMinGoWhereTooMuchIsHeld) {
  MemoryBudget budget(loop_, [] { return MemoryBudget::Processes{.others = {::getpid()}, .workers = {}}; });
  options.memory = &budget;
  options.min = 1;
  startIdle();
  Client& one = request("/");
  Client& two = request("/");
  ASSERT_TRUE(runUntilDone(one));
  ASSERT_TRUE(runUntilDone(two));
  ASSERT_TRUE(runUntil([this] { return idle() == 2; }));
  budget.configure(1, [this] { pool->refill(); });
  EXPECT_TRUE(runUntil([this] { return handler->alive() == 1; }));
  EXPECT_EQ(idle(), 1U);
  pool.reset();
  budget.stop();
}

TEST_F(PoolTest, TellsWhatADetectorHasFoundOnce) {
  options.min = options.max = 1;
  handler->next.ready.findings = {{.kind = "leak", .place = "A::$x", .what = "w", .route = "r", .advice = "a"}};
  startIdle();
  ASSERT_TRUE(runUntilDone(request("/a")));
  EXPECT_THAT(found, ElementsAre("A::$x"));
}

TEST_F(PoolTest, AHeldPoolServesNobodyUntilItTakesOverAgain) {
  handler->next.answersRequests = false;
  startIdle();
  Client& changing = request("/settings");
  ASSERT_TRUE(runUntil([&changing] { return changing.returned; }));
  auto& worker = handler->worker(static_cast<std::size_t>(changing.pid - 1000));
  worker.say(wire::Taken());
  worker.say(wire::Outdated{.why = "the request has changed .env", .hold = true});
  worker.answer("");
  worker.ready();
  ASSERT_TRUE(runUntilDone(changing));
  EXPECT_THAT(outdated, ElementsAre("the request has changed .env"));
  Client& next = request("/next");
  runFor(Millis(20));
  EXPECT_FALSE(next.returned);
  EXPECT_EQ(idle(), 2U);
  pool->takeOver();
  EXPECT_TRUE(runUntil([&next] { return next.returned; }));
  EXPECT_FALSE(next.error);
}

TEST_F(PoolTest, AWorkerThatIsOutdatedBeforeItHasTakenItsRequestIsLost) {
  options.min = options.max = 1;
  handler->next.answersRequests = false;
  startIdle();
  Client& client = request("/a");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 1; }));
  handler->worker(0).say(wire::Outdated{.why = "why"});
  ASSERT_TRUE(runUntilDone(client));
  EXPECT_EQ(client.error, ErrorCode::ProtocolViolation);
}

TEST_F(PoolTest, AWorkerThatAskedToGoAndEndsByItselfIsNotLost) {
  options.min = options.max = 1;
  handler->next.ready.retire = true;
  startIdle();
  handler->next.saysHello = false;
  Client& client = request("/exit");
  ASSERT_TRUE(runUntilDone(client));
  handler->worker(0).die();
  ASSERT_TRUE(runUntil([this] { return pool->status().retiring == 0; }));
  EXPECT_THAT(retired, ElementsAre(1000));
  EXPECT_TRUE(lost.empty());
}

TEST_F(PoolTest, OneProcessForEachRequest) {
  options.spare = 2;
  handler->next.ready.retire = true;
  startIdle();
  for (int i = 0; i < 30; ++i) {
    Client& client = request("/");
    ASSERT_TRUE(runUntilDone(client));
    ASSERT_EQ(client.log, "taken 200 end ready");
  }
  ASSERT_TRUE(runUntil([this] { return handler->alive() == 2; }));
  EXPECT_GE(handler->workers.size(), 32U);
  EXPECT_TRUE(lost.empty());
}

TEST_F(PoolTest, ACapacityOfOneCapsThePoolAndIsReplacedByClosingFirst) {
  options.capacity = 1;
  handler->next.ready.retire = true;
  start();
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
  EXPECT_EQ(handler->workers.size(), 1U);
  Client& client = request("/");
  ASSERT_TRUE(runUntilDone(client));
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
  EXPECT_TRUE(handler->worker(0).ended);
  EXPECT_EQ(handler->workers.size(), 2U);
}

TEST_F(PoolTest, ACapacitySaidInHelloCapsThePoolToo) {
  handler->next.hello.capacity = 1;
  options.min = 3;
  start();
  ASSERT_TRUE(runUntil([this] { return idle() == 1; }));
  runFor(Millis(50));
  EXPECT_EQ(handler->alive(), 1U);
  EXPECT_EQ(pool->status().max, 1U);
}

TEST_F(PoolTest, DrainEndsIdleWorkersAndWaitsForTheOthers) {
  handler->next.answersRequests = false;
  startIdle();
  Client& client = request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 1; }));
  bool done = false;
  pool->drain([&] { done = true; });
  EXPECT_FALSE(done);
  ASSERT_TRUE(runUntil([this] { return handler->alive() == 1; }));
  Client& late = request("/late");
  runFor(Millis(20));
  EXPECT_FALSE(done);
  EXPECT_FALSE(late.returned);
  for (const auto& worker : handler->workers) {
    if (worker->requests.empty()) continue;
    worker->say(wire::Taken());
    worker->answer("");
    worker->ready();
  }
  ASSERT_TRUE(runUntil([&] { return done; }));
  EXPECT_EQ(client.log, "taken 200 end ready");
  EXPECT_TRUE(runUntil([this] { return handler->alive() == 0; }));
  EXPECT_TRUE(lost.empty());
}

TEST_F(PoolTest, AnEmptyPoolIsDrainedLaterInTheTurn) {
  startIdle();
  bool done = false;
  pool->drain([&] {
    done = true;
    pool.reset();
  });
  EXPECT_FALSE(done);
  ASSERT_TRUE(runUntil([&] { return done; }));
}

TEST_F(PoolTest, WhoWaitsSurvivesACrashAndIsServedByTheNextGeneration) {
  handler->next.answersRequests = false;
  options.max = 2;
  startIdle();
  for (int i = 0; i < 2; ++i) request("/running");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 2; }));
  Client& waiting = request("/waiting");

  handler->crash();
  for (const auto& worker : handler->workers) worker->die();
  ASSERT_TRUE(runUntil([this] { return lost.size() >= 2; }));
  pool->drain([] {});
  EXPECT_FALSE(waiting.returned);

  handler->listen();
  handler->next.answersRequests = true;
  Pool second(loop_, *queue, options, {});
  second.start();
  second.takeOver();
  ASSERT_TRUE(runUntilDone(waiting));
  EXPECT_EQ(waiting.log, "taken 200 end ready");
}

TEST_F(PoolTest, AReloadServesFromTheNewPoolWhileTheOldOneFinishes) {
  handler->next.answersRequests = false;
  startIdle();
  Client& old = request("/old");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 1; }));
  handler->next.answersRequests = true;
  handler->next.hello.generation = 2;
  Pool second(loop_, *queue, options, {});
  second.start();
  ASSERT_TRUE(runUntil([&] { return second.started(); }));
  second.takeOver();
  bool drained = false;
  pool->drain([&] { drained = true; });
  Client& fresh = request("/new");
  ASSERT_TRUE(runUntilDone(fresh));
  EXPECT_EQ(second.status().workers.at(0).generation, 2U);
  EXPECT_FALSE(drained);
  for (const auto& worker : handler->workers) {
    if (worker->dead() || worker->requests.empty() || worker->requests[0] != "/old") continue;
    worker->say(wire::Taken());
    worker->answer("");
    worker->ready();
  }
  ASSERT_TRUE(runUntil([&] { return drained; }));
  EXPECT_EQ(old.log, "taken 200 end ready");
}

TEST_F(PoolTest, KillAllLosesEveryRequest) {
  handler->next.answersRequests = false;
  startIdle();
  Client& client = request("/");
  ASSERT_TRUE(runUntil([this] { return pool->status().busy == 1; }));
  pool->killAll("SHUTDOWN_TIMEOUT");
  EXPECT_EQ(client.log, "lost");
  EXPECT_TRUE(runUntil([this] { return handler->worker(0).ended && handler->worker(1).ended; }));
}

TEST_F(PoolTest, CloseIdleRenewsTheWorkers) {
  startIdle();
  pool->closeIdle();
  ASSERT_TRUE(runUntil([this] { return idle() == 2 && handler->workers.size() == 4; }));
  EXPECT_TRUE(handler->worker(0).ended);
  EXPECT_TRUE(lost.empty());
}

}  // namespace
}  // namespace bridge::pool
