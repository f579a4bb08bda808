#include "upstreams/laravel_inspect.h"

#include <gtest/gtest.h>

namespace bridge::upstreams {
namespace {

const Instant kNow = Instant(Seconds(1000));

pool::WorkerRow worker(std::string_view state) {
  pool::WorkerRow row;
  row.pid = 42;
  row.generation = 3;
  row.state = state;
  row.label = "GET /slow";
  row.since = kNow - Millis(1500);
  row.connectedAt = kNow - Seconds(60);
  row.requests = 7;
  row.memory = 100;
  row.peak = 200;
  row.firstMemory = 130;
  return row;
}

TEST(DescribeLaravel, TellsWhatAWorkerIsAt) {
  LaravelStatus status;
  status.pool.workers = {worker("busy")};
  const auto workers = describe(status, 10, kNow, true).pool.workers;
  ASSERT_EQ(workers.size(), 1U);
  EXPECT_EQ(workers[0].pid, 42);
  EXPECT_EQ(workers[0].generation, 3U);
  EXPECT_EQ(workers[0].state, "busy");
  EXPECT_EQ(workers[0].request, "GET /slow");
  EXPECT_EQ(workers[0].age, Millis(1500));
  EXPECT_EQ(workers[0].uptime, Seconds(60));
  EXPECT_EQ(workers[0].requests, 7U);
  EXPECT_EQ(workers[0].memory, 100U);
  EXPECT_EQ(workers[0].peak, 200U);
  EXPECT_EQ(workers[0].growth, -30);
}

TEST(DescribeLaravel, NamesNoRequestThatIsOver) {
  const std::pair<std::string_view, bool> cases[] = {
      {"connecting", false}, {"idle", false}, {"busy", true}, {"finishing", true}, {"retiring", false}};
  for (const auto& [state, atWork] : cases) {
    LaravelStatus status;
    status.pool.workers = {worker(state)};
    EXPECT_EQ(describe(status, 10, kNow, true).pool.workers[0].request.empty(), !atWork) << state;
  }
}

TEST(DescribeLaravel, LeavesTheWorkersOutWhereTheyAreNotWanted) {
  LaravelStatus status;
  status.pool.busy = 1;
  status.pool.workers = {worker("busy")};
  const auto application = describe(status, 10, kNow, false);
  EXPECT_TRUE(application.pool.workers.empty());
  EXPECT_EQ(application.pool.busy, 1U);
}

TEST(DescribeLaravel, TellsOfGenerationsAndTheQueue) {
  LaravelStatus status;
  status.state = "serving";
  status.generation = 2;
  status.handlerPid = 41;
  status.comingGeneration = 3;
  status.comingStep = "providers";
  status.endingGenerations = 1;
  status.restarts = 4;
  status.failure = "why";
  status.waiting = 5;
  status.oldestWait = Millis(250);
  status.spooledBytes = 6;
  const auto application = describe(status, 10, kNow, true);
  EXPECT_EQ(application.state, "serving");
  EXPECT_EQ(application.generation, 2U);
  EXPECT_EQ(application.handler, 41);
  EXPECT_EQ(application.coming, 3U);
  EXPECT_EQ(application.bootStep, "providers");
  EXPECT_EQ(application.ending, 1U);
  EXPECT_EQ(application.restarts, 4U);
  EXPECT_EQ(application.failure, "why");
  EXPECT_EQ(application.queue.length, 5U);
  EXPECT_EQ(application.queue.limit, 10U);
  EXPECT_EQ(application.queue.oldest, Millis(250));
  EXPECT_EQ(application.spoolBytes, 6U);
}

}  // namespace
}  // namespace bridge::upstreams
