#include "pool/lane.h"

#include <string>
#include <vector>

#include "runtime/pool/pool_fixture.h"

namespace bridge::pool {
namespace {

/// Requests of the lane "slow", and of none.
class LaneTest : public PoolTest {
 protected:
  void SetUp() override {
    PoolTest::SetUp();
    options.min = options.max = 3;
    handler->next.answersRequests = false;
    configure(1, 5);
  }
  void configure(std::size_t workers, std::size_t limit) {
    queue->configure(
        {.limit = 10, .timeout = Seconds(10), .lanes = {{.name = "slow", .workers = workers, .limit = limit}}});
  }
  Client& slow(const std::string& target = "/slow") { return order({.label = target, .lane = "slow"}); }
  [[nodiscard]] const Lane& lane() const { return *queue->lanes().at(0); }
  bool runs(const Client& client) {
    return runUntil([&client] { return static_cast<bool>(client.lease); });
  }
  FakeWorker& workerOf(const Client& client) { return handler->worker(static_cast<std::size_t>(client.pid - 1000)); }
  void finish(Client& client) {
    auto& worker = workerOf(client);
    worker.say(wire::Taken());
    worker.answer("done");
    worker.ready();
    EXPECT_TRUE(runUntilDone(client));
  }
};

TEST_F(LaneTest, ALaneGetsItsWorkersAndNoMore) {
  startIdle();
  Client& first = slow();
  Client& second = slow();
  Client& third = slow();
  Client& other = request("/");
  Client& another = request("/");
  ASSERT_TRUE(runs(first));
  ASSERT_TRUE(runs(other));
  ASSERT_TRUE(runs(another));
  EXPECT_FALSE(second.returned);
  EXPECT_EQ(lane().busy, 1U);
  EXPECT_EQ(lane().waiting, 2U);
  finish(other);
  EXPECT_EQ(idle(), 1U) << "an idle worker is not for those whose lane is full";
  finish(first);
  ASSERT_TRUE(runs(second));
  EXPECT_FALSE(third.returned);
  EXPECT_EQ(lane().busy, 1U);
}

TEST_F(LaneTest, ItsPartOfTheQueueIsItsOwn) {
  configure(1, 1);
  startIdle();
  Client& running = slow();
  ASSERT_TRUE(runs(running));
  Client& waiting = slow();
  Client& refused = slow();
  ASSERT_TRUE(runUntil([&] { return refused.returned; }));
  EXPECT_EQ(refused.error, ErrorCode::QueueFull);
  EXPECT_FALSE(waiting.returned);
  EXPECT_TRUE(runs(request("/")));
}

TEST_F(LaneTest, TheOthersCannotFillItsPart) {
  queue->configure({.limit = 3, .timeout = Seconds(10), .lanes = {{.name = "slow", .workers = 1, .limit = 1}}});
  options.min = options.max = 1;
  startIdle();
  ASSERT_TRUE(runs(request("/")));
  request("/");
  request("/");
  Client& refused = request("/");
  ASSERT_TRUE(runUntil([&] { return refused.returned; }));
  EXPECT_EQ(refused.error, ErrorCode::QueueFull);
  Client& taken = slow();
  ASSERT_TRUE(runUntil([&] { return lane().waiting == 1; }));
  EXPECT_FALSE(taken.returned);
}

TEST_F(LaneTest, AWorkerThatDiesGivesItsSeatBack) {
  startIdle();
  Client& first = slow();
  Client& second = slow();
  ASSERT_TRUE(runs(first));
  workerOf(first).die();
  ASSERT_TRUE(runUntilDone(first));
  ASSERT_TRUE(runs(second));
  EXPECT_EQ(lane().busy, 1U);
}

TEST_F(LaneTest, AnUnusedLeaseGivesItsSeatBack) {
  startIdle();
  Client& first = slow();
  first.sendsAtOnce = false;
  ASSERT_TRUE(runs(first));
  Client& second = slow();
  first.lease = Lease();
  EXPECT_TRUE(runs(second));
}

TEST_F(LaneTest, ARequestThatWasGivenUpKeepsItsSeatUntilItsWorkerIsFree) {
  startIdle();
  Client& first = slow();
  ASSERT_TRUE(runs(first));
  ASSERT_TRUE(runUntil([&] { return !workerOf(first).requests.empty(); }));
  first.lease = Lease();
  EXPECT_EQ(lane().busy, 1U);
  Client& second = slow();
  auto& worker = workerOf(first);
  worker.say(wire::Taken());
  worker.answer("unheard");
  worker.ready();
  EXPECT_TRUE(runs(second));
}

TEST_F(LaneTest, ThePoolDoesNotGrowForThoseWhoMustWaitAnyway) {
  options.min = 1;
  startIdle();
  Client& first = slow();
  slow();
  slow();
  ASSERT_TRUE(runs(first));
  ASSERT_TRUE(runUntil([&] { return lane().waiting == 2; }));
  EXPECT_EQ(pool->status().opening, 0U);
  EXPECT_EQ(handler->workers.size(), 1U);
}

TEST_F(LaneTest, WhoWaitsInALaneThatIsRemovedGoesOn) {
  startIdle();
  slow();
  Client& second = slow();
  ASSERT_TRUE(runUntil([&] { return lane().busy == 1 && lane().waiting == 1; }));
  queue->configure({.limit = 10, .timeout = Seconds(10)});
  EXPECT_TRUE(runs(second));
}

TEST_F(LaneTest, ALaneWithMoreWorkersUsesThemAtOnce) {
  startIdle();
  slow();
  Client& second = slow();
  ASSERT_TRUE(runUntil([&] { return lane().busy == 1 && lane().waiting == 1; }));
  configure(2, 5);
  EXPECT_TRUE(runs(second));
  EXPECT_EQ(lane().busy, 2U);
}

/// Requests that want a worker that has had none.
class FreshTest : public LaneTest {
 protected:
  Client& fresh() { return order({.label = "/fresh", .fresh = true}); }
};

TEST_F(FreshTest, AFreshWorkerIsOpenedBesideThoseThatHaveWorked) {
  options.min = 1;
  startIdle();
  Client& used = request("/");
  ASSERT_TRUE(runs(used));
  finish(used);
  Client& client = fresh();
  ASSERT_TRUE(runs(client));
  EXPECT_NE(client.pid, used.pid);
  ASSERT_TRUE(runUntil([&] { return !workerOf(client).requests.empty(); }));
  EXPECT_EQ(workerOf(client).requests, (std::vector<std::string>{"/fresh"}));
  Client& next = request("/");
  ASSERT_TRUE(runs(next));
  EXPECT_EQ(next.pid, used.pid) << "the resident one goes on";
}

TEST_F(FreshTest, AtMaxAnIdleWorkerThatHasWorkedMakesRoom) {
  options.min = options.max = 1;
  startIdle();
  Client& used = request("/");
  ASSERT_TRUE(runs(used));
  finish(used);
  Client& client = fresh();
  ASSERT_TRUE(runs(client));
  EXPECT_NE(client.pid, used.pid);
  EXPECT_TRUE(runUntil([&] { return workerOf(used).dead(); }));
  EXPECT_TRUE(lost.empty());
}

TEST_F(FreshTest, WhoNeedsAFreshWorkerIsNotOvertakenByThoseWhoDoNot) {
  options.min = options.max = 1;
  startIdle();
  Client& used = request("/");
  ASSERT_TRUE(runs(used));
  Client& client = fresh();
  Client& next = request("/");
  finish(used);
  ASSERT_TRUE(runs(client));
  EXPECT_FALSE(next.returned);
  finish(client);
  EXPECT_TRUE(runs(next));
}

TEST_F(FreshTest, NotMoreAreOpenedThanAreWanted) {
  options.min = 1;
  options.max = 10;
  startIdle();
  Client& used = request("/");
  ASSERT_TRUE(runs(used));
  finish(used);
  Client& first = fresh();
  Client& second = fresh();
  ASSERT_TRUE(runs(first));
  ASSERT_TRUE(runs(second));
  EXPECT_EQ(handler->workers.size(), 3U);
}

}  // namespace
}  // namespace bridge::pool
