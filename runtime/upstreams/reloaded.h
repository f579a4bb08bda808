#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace bridge::upstreams {

/// How a reload has ended well.
struct Reloaded {
  /// That serves now; 0 without Laravel.
  std::uint64_t generation = 0;
  /// Changes of settings that were not made, one sentence each: "SOCKET_PATH has changed and needs a restart".
  std::vector<std::string> notMade;
};

/// Called once: what serves now, or why nothing has changed.
using OnReloaded = std::function<void(const Result<Reloaded>&)>;

}  // namespace bridge::upstreams
