#include "upstreams/laravel_inspect.h"

#include <string>

namespace bridge::upstreams {
namespace {

/// The label of a worker names the request that it had last, too.
bool isAtWork(std::string_view state) { return state == "busy" || state == "finishing"; }

inspect::Worker describe(const pool::WorkerRow& row, Instant now) {
  return {.pid = row.pid,
          .generation = row.generation,
          .state = std::string(row.state),
          .request = isAtWork(row.state) ? row.label : std::string(),
          .age = now - row.since,
          .uptime = now - row.connectedAt,
          .requests = row.requests,
          .resident = 0,
          .memory = row.memory,
          .peak = row.peak,
          .growth = static_cast<std::int64_t>(row.memory) - static_cast<std::int64_t>(row.firstMemory)};
}

}  // namespace

inspect::Application describe(const LaravelStatus& status, std::size_t queueLimit, Instant now, bool withWorkers) {
  inspect::Application application{
      .state = std::string(status.state),
      .generation = status.generation,
      .byHand = status.byHand,
      .handler = status.handlerPid,
      .coming = status.comingGeneration,
      .bootStep = status.comingStep,
      .ending = status.endingGenerations,
      .restarts = status.restarts,
      .failure = status.failure,
      .pool = {.min = status.pool.min,
               .max = status.pool.max,
               .opening = status.pool.opening,
               .idle = status.pool.idle,
               .busy = status.pool.busy,
               .retiring = status.pool.retiring,
               .workers = {}},
      .queue = {.length = status.waiting, .limit = queueLimit, .oldest = status.oldestWait, .lanes = {}},
      .memory = {.limit = status.memoryLimit, .used = status.memoryUsed, .refused = status.memoryRefused},
      .spoolBytes = status.spooledBytes,
      .findings = status.findings};
  for (const auto& lane : status.lanes) {
    application.queue.lanes.push_back(
        {.name = lane.name, .busy = lane.busy, .workers = lane.workers, .waiting = lane.waiting, .limit = lane.limit});
  }
  if (withWorkers) {
    for (const auto& row : status.pool.workers) {
      application.pool.workers.push_back(describe(row, now));
    }
  }
  return application;
}

}  // namespace bridge::upstreams
