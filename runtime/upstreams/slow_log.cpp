#include "upstreams/slow_log.h"

#include <cstddef>

namespace bridge::upstreams {

void logRunning(Level level, const RunningRequest& request, const process::Activity& activity,
                std::string_view verdict) {
  if (!log::enabled(level)) {
    return;
  }
  log::write(
      level, "slow",
      fmt::format("id={} worker={} \"{}\" has run for {:.3f} s and {}{}", request.id, request.worker,
                  log::escape(request.title), toMillis(request.age) / 1000, log::escape(activity.text()), verdict));
}

void logStack(Level level, std::string_view id, const std::vector<std::string>& frames) {
  if (!log::enabled(level)) {
    return;
  }
  for (std::size_t i = 0; i < frames.size(); ++i) {
    log::write(level, "slow", fmt::format("id={} #{} {}", id, i, log::escapeCode(frames[i])));
  }
}

}  // namespace bridge::upstreams
