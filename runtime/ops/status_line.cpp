#include "ops/status_line.h"

#include <spdlog/fmt/fmt.h>

#include "base/log.h"

namespace bridge::ops {
namespace {

std::string step(const inspect::Application& application) {
  return application.bootStep.empty() ? "" : ": " + log::escape(application.bootStep);
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace

std::string statusLine(const inspect::Status& status) {
  const auto& application = status.application;
  if (status.server.stopping || application.state == "stopping") {
    return fmt::format("Stopping: {} in progress", counted(status.server.exchangeCount, "request", "requests"));
  }
  if (!application.served()) {
    return fmt::format("Serving: {}", counted(status.server.connections, "connection", "connections"));
  }
  if (application.state == "unavailable") {
    return fmt::format("The application does not boot, clients get 503: {}", log::escape(application.failure));
  }
  if (application.state != "serving") {
    return "The application boots" + step(application);
  }
  const auto& pool = application.pool;
  auto line =
      fmt::format("Serving: {} of {} workers busy, {}", pool.busy, pool.max,
                  application.queue.length == 0 ? counted(status.server.connections, "connection", "connections")
                                                : counted(application.queue.length, "request waits", "requests wait"));
  if (application.coming != 0) {
    line += fmt::format("; generation {} boots{}", application.coming, step(application));
  }
  for (const auto& process : status.processes) {
    if (process.state == "looping") {
      line += fmt::format("; {} ends again and again", process.name);
    }
  }
  return line;
}

}  // namespace bridge::ops
