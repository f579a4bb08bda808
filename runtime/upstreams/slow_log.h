#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "process/activity.h"

namespace bridge::upstreams {

/// A request in a worker, as the lines below name it.
struct RunningRequest {
  std::string_view id;
  /// Method and path, as they came.
  std::string_view title;
  pid_t worker = 0;
  /// Since its worker was leased.
  Duration age{};
};

/// One line: which request, where, for how long, what its worker does, and `verdict`, which says what comes of it.
void logRunning(Level level, const RunningRequest& request, const process::Activity& activity,
                std::string_view verdict);
/// A line for each frame, with the request's id.
void logStack(Level level, std::string_view id, const std::vector<std::string>& frames);

}  // namespace bridge::upstreams
