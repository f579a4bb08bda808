#include "server/record.h"

#include <array>
#include <ctime>

#include "base/log.h"
#include "base/metrics.h"
#include "ops/access_log.h"
#include "ops/recent_failures.h"

namespace bridge::server {
namespace {

constexpr int kFirstServerError = 500;
constexpr std::string_view kLaravel = "laravel";

std::string_view classOf(const FinishedExchange& exchange) {
  constexpr std::array<std::string_view, 6> kClasses = {"cut", "1xx", "2xx", "3xx", "4xx", "5xx"};
  const auto hundreds = static_cast<std::size_t>(exchange.status / 100);
  return exchange.cut || hundreds >= kClasses.size() ? kClasses[0] : kClasses[hundreds];
}

bool isRejection(int status) { return status == 503 || status == 507; }

void count(const FinishedExchange& exchange, Duration total) {
  auto& metrics = metrics::all();
  metrics.requests[exchange.route.empty() ? "none" : exchange.route][classOf(exchange)].add();
  metrics.requestSeconds.observe(total);
  if (!exchange.kind.empty()) {
    metrics.upstreamRequests[exchange.kind][classOf(exchange)].add();
    metrics.upstreamSeconds[exchange.kind].observe(total);
  }
  if (exchange.kind == kLaravel && exchange.served.pid != 0) {
    metrics.queueSeconds.observe(exchange.served.waited);
    metrics.phpSeconds.observe(exchange.served.worked);
  }
  if (exchange.error) {
    const ErrorInfo& info = exchange.error->info();
    metrics.errors[info.name].add();
    if (isRejection(info.status)) {
      metrics.rejections[info.name].add();
    }
  }
}

/// Errors that an operator should see; a client's fault is none. An application's own 500 is one, too.
bool isFailure(const FinishedExchange& exchange) {
  return exchange.error ? exchange.error->info().level >= Level::warn : exchange.status >= kFirstServerError;
}

inspect::Failure failureOf(const Front& front, const FinishedExchange& exchange) {
  const auto& request = exchange.request;
  return {.at = front.loop.wallClock(),
          .id = request.id,
          .error = std::string(exchange.error ? exchange.error->info().name : "application"),
          .status = exchange.cut ? 0 : exchange.status,
          .method = request.head.method,
          .path = request.head.path,
          .detail = exchange.error ? exchange.error->detail : std::string()};
}

}  // namespace

void record(Front& front, const FinishedExchange& exchange) {
  const auto& request = exchange.request;
  const Duration total = front.loop.preciseNow() - request.received;
  if (front.options.counted) {
    count(exchange, total);
  }
  if (front.failures != nullptr && isFailure(exchange)) {
    front.failures->add(failureOf(front, exchange));
  }
  if (!front.options.accessLog || !log::enabled(Level::info)) {
    return;
  }
  const ops::AccessRecord line{.id = request.id,
                               .client = request.client.address,
                               .method = request.head.method,
                               .target = request.head.target,
                               .status = exchange.status,
                               .bytes = exchange.bytes,
                               .total = total,
                               .waited = exchange.served.waited,
                               .worked = exchange.served.worked,
                               .memory = exchange.served.memory,
                               .pid = exchange.served.pid,
                               .upstream = exchange.kind,
                               .error = exchange.error ? exchange.error->info().name : std::string_view()};
  const auto terminal = log::terminal();
  log::write(Level::info, "access", ops::accessLine(line, front.options.logQuery),
             terminal.watched ? ops::terminalLine(line, front.options.logQuery,
                                                  static_cast<std::time_t>(front.loop.wallClock()), terminal.coloured)
                              : std::string());
}

}  // namespace bridge::server
