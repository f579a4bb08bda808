#include "server/service_report.h"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <ctime>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"
#include "ops/health.h"
#include "ops/status_line.h"

namespace bridge::server {
namespace {

/// How often is looked whether the application is ready, and later what there is to say.
constexpr Duration kLookFirst = Millis(50);
constexpr Duration kLook = Seconds(1);
/// Beyond the patience of a stop: what is killed then has to be reaped.
constexpr Duration kReap = Seconds(10);
/// Messages kept for a manager that does not read; the oldest are given up.
constexpr std::size_t kMaxPending = 64;

std::int64_t micros(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

/// The clock that the manager compares with, CLOCK_MONOTONIC.
std::int64_t monotonicMicros() {
  std::timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

ServiceReport::ServiceReport(loop::Loop& loop, ops::SdNotify manager, std::function<inspect::Status()> look)
    : loop_(loop), manager_(std::move(manager)), look_(std::move(look)), lookTimer_(loop), watchdogTimer_(loop) {
  if (!manager_.wanted()) {
    return;
  }
  lookTimer_.repeat(kLookFirst, [this] { this->look(); });
  if (const auto longest = manager_.watchdog()) {
    // Half of it, as sd_watchdog_enabled(3) advises.
    watchdogTimer_.repeat(*longest / 2, [this] { tell("WATCHDOG=1"); });
  }
}

void ServiceReport::look() {
  flush();
  const auto status = look_();
  if (!ready_ && !stopping_ && ops::ready(status).ok()) {
    ready_ = true;
    lookTimer_.repeat(kLook, [this] { look(); });
    log::debug("server", "the service manager is told that we are ready");
    tell("READY=1");
  }
  if (auto line = ops::statusLine(status); line != line_) {
    line_ = std::move(line);
    tell("STATUS=" + line_);
  }
}

void ServiceReport::reloading() {
  if (manager_.wanted() && reloads_++ == 0 && ready_ && !stopping_) {
    tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonicMicros()));
  }
}

void ServiceReport::reloaded() {
  if (manager_.wanted() && --reloads_ == 0 && ready_ && !stopping_) {
    tell("READY=1");
  }
}

void ServiceReport::stopping(Duration patience) {
  stopping_ = true;
  // Otherwise TimeoutStopSec of the unit could cut off what SHUTDOWN_TIMEOUT allows.
  tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}", micros(patience + kReap)));
}

void ServiceReport::tell(const std::string& state) {
  if (!manager_.wanted()) {
    return;
  }
  pending_.push_back(state);
  flush();
  if (pending_.size() > kMaxPending) {
    pending_.pop_front();
  }
}

// What could not be sent is tried again with the next look: nothing of it is a lie when it comes late.
void ServiceReport::flush() {
  while (!pending_.empty() && manager_.send(pending_.front())) {
    pending_.pop_front();
  }
}

}  // namespace bridge::server
