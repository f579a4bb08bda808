#include "ops/metrics_text.h"

#include "base/metrics.h"
#include "ops/health.h"

namespace bridge::ops {

std::string metricsText(const inspect::Status& status) {
  auto& metrics = metrics::all();
  const auto set = [](metrics::Gauge& gauge, auto value) { gauge.set(static_cast<double>(value)); };

  set(metrics.connections, status.server.connections);
  set(metrics.exchanges, status.server.exchangeCount);

  const auto& application = status.application;
  set(metrics.workers["opening"], application.pool.opening);
  set(metrics.workers["idle"], application.pool.idle);
  set(metrics.workers["busy"], application.pool.busy);
  set(metrics.workers["retiring"], application.pool.retiring);
  set(metrics.workersMin, application.pool.min);
  set(metrics.workersMax, application.pool.max);
  set(metrics.generation, application.generation);
  set(metrics.ready, ready(status).ok());
  set(metrics.queueLength, application.queue.length);
  metrics.queueOldest.set(std::chrono::duration<double>(application.queue.oldest).count());
  for (const auto& lane : application.queue.lanes) {
    set(metrics.laneWorkers[lane.name], lane.workers);
    set(metrics.laneBusy[lane.name], lane.busy);
    set(metrics.laneWaiting[lane.name], lane.waiting);
  }
  set(metrics.memoryBudget, application.memory.limit);
  set(metrics.memoryUsed, application.memory.used);
  set(metrics.spoolBytes, application.spoolBytes);

  for (const auto& kind : status.kinds) {
    for (const auto& figure : kind.figures) {
      set(metrics.upstreamFigures[kind.name][figure.name], figure.value);
    }
  }

  std::uint64_t resident = 0;
  for (const auto& worker : application.pool.workers) {
    resident += worker.resident;
  }
  set(metrics.memory["workers"], resident);
  set(metrics.memory["server"], status.resident);
  std::uint64_t others = 0;
  for (const auto& process : status.processes) {
    set(metrics.processUp[process.name], process.state == "running");
    others += process.resident;
  }
  set(metrics.memory["processes"], others);
  metrics.startTime.set(status.startedAt);
  metrics.info[BRIDGE_VERSION].set(1);
  metrics.handlerRestarts.add(static_cast<double>(application.restarts) - metrics.handlerRestarts.value());
  metrics.logLinesDropped.add(static_cast<double>(status.logLinesDropped) - metrics.logLinesDropped.value());
  return metrics::text();
}

}  // namespace bridge::ops
