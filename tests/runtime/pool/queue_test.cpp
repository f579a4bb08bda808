#include "pool/queue.h"

#include "runtime/pool/pool_fixture.h"

namespace bridge::pool {
namespace {

class QueueTest : public PoolTest {
 protected:
  void SetUp() override {
    PoolTest::SetUp();
    options.min = options.max = 1;
  }
};

TEST_F(QueueTest, ServesInTheOrderOfArrival) {
  startIdle();
  for (int i = 0; i < 50; ++i) request("/" + std::to_string(i));
  ASSERT_TRUE(runUntilDone(*clients.back()));
  const auto& served = handler->worker(0).requests;
  ASSERT_EQ(served.size(), 50U);
  for (std::size_t i = 0; i < served.size(); ++i) EXPECT_EQ(served[i], "/" + std::to_string(i));
}

TEST_F(QueueTest, ARetryGoesBeforeAllOthers) {
  startIdle();
  for (int i = 0; i < 3; ++i) request("/" + std::to_string(i));
  request("/retry", Queue::Place::front);
  ASSERT_TRUE(runUntil([this] { return clients[2]->done; }));
  EXPECT_EQ(handler->worker(0).requests.front(), "/retry");
}

TEST_F(QueueTest, ATicketThatIsDroppedIsNeverServed) {
  startIdle();
  for (int i = 0; i < 4; ++i) request("/" + std::to_string(i));
  EXPECT_TRUE(clients[1]->ticket);
  clients[1]->ticket = Ticket();
  clients[0]->ticket = Ticket();
  ASSERT_TRUE(runUntilDone(*clients.back()));
  EXPECT_EQ(handler->worker(0).requests, (std::vector<std::string>{"/2", "/3"}));
  EXPECT_FALSE(clients[0]->returned);
}

TEST_F(QueueTest, IsBounded) {
  queue->configure({.limit = 2, .timeout = Seconds(10)});
  handler->next.answersRequests = false;
  startIdle();
  // One for the idle worker, two that wait.
  for (int i = 0; i < 4; ++i) request("/");
  EXPECT_FALSE(clients[3]->returned);
  ASSERT_TRUE(runUntil([this] { return clients[3]->returned; }));
  EXPECT_EQ(clients[3]->error, ErrorCode::QueueFull);
  EXPECT_EQ(queue->waiting(), 2U);
  EXPECT_FALSE(clients[2]->returned);
}

TEST_F(QueueTest, ALimitOfNothingStillServesFromIdleWorkers) {
  queue->configure({.limit = 0, .timeout = Seconds(10)});
  startIdle();
  Client& served = request("/");
  Client& refused = request("/");
  ASSERT_TRUE(runUntil([&] { return served.done && refused.returned; }));
  EXPECT_EQ(served.log, "taken 200 end ready");
  EXPECT_EQ(refused.error, ErrorCode::QueueFull);
}

TEST_F(QueueTest, NobodyWaitsLongerThanTheTimeout) {
  queue->configure({.limit = 10, .timeout = Millis(30)});
  const Instant start = loop_.preciseNow();
  Client& first = request("/");
  Client& second = request("/");
  ASSERT_TRUE(runUntil([&] { return second.returned; }));
  EXPECT_EQ(first.error, ErrorCode::QueueTimeout);
  EXPECT_EQ(second.error, ErrorCode::QueueTimeout);
  EXPECT_GE(loop_.preciseNow() - start, Millis(29));
  EXPECT_EQ(queue->waiting(), 0U);

  // And the next one has its own time.
  Client& third = request("/");
  runFor(Millis(10));
  EXPECT_FALSE(third.returned);
  ASSERT_TRUE(runUntil([&] { return third.returned; }));
}

TEST_F(QueueTest, EverybodyWaitsWhileAWorkerMayStandAtABreakpoint) {
  queue->configure({.limit = 10, .timeout = Millis(20)});
  handler->next.answersRequests = false;
  handler->next.hello.debugger = true;
  startIdle();
  Client& stops = request("/stops");
  Client& waits = request("/waits");
  ASSERT_TRUE(runUntil([&] { return stops.returned; }));
  runFor(Millis(60));
  EXPECT_FALSE(waits.returned);

  auto& worker = handler->worker(0);
  worker.say(wire::Taken());
  worker.answer("");
  worker.ready();
  ASSERT_TRUE(runUntil([&] { return waits.returned; }));
  EXPECT_FALSE(waits.error);
}

TEST_F(QueueTest, FailsAllWhoWait) {
  request("/");
  request("/");
  runFor(Millis(2));
  queue->failAll({ErrorCode::ShuttingDown, ""});
  EXPECT_EQ(clients[0]->error, ErrorCode::ShuttingDown);
  EXPECT_EQ(clients[1]->error, ErrorCode::ShuttingDown);
  EXPECT_FALSE(clients[0]->ticket);
}

TEST_F(QueueTest, ACallbackMayDropOtherTicketsAndAskAgain) {
  startIdle();
  Client& other = request("/other");
  bool returned = false;
  Ticket again;
  Ticket ticket = queue->lease(
      {.label = "first"},
      [&](Result<Lease> result) {
        ASSERT_TRUE(result.ok());
        other.ticket = Ticket();
        ticket = Ticket();
        again = queue->lease({.label = "again"}, [&](Result<Lease> second) { returned = second.ok(); });
      },
      Queue::Place::front);
  ASSERT_TRUE(runUntil([&] { return returned; }));
  EXPECT_FALSE(other.returned);
}

TEST_F(QueueTest, ATicketMayOutliveTheQueue) {
  Client& client = request("/");
  queue.reset();
  EXPECT_FALSE(client.ticket);
}

}  // namespace
}  // namespace bridge::pool
