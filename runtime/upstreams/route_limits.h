#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/route_rules.h"
#include "config/settings.h"
#include "pool/queue.h"
#include "routes/router.h"

namespace bridge::upstreams {

/// What holds for the requests of some paths.
struct RequestLimits {
  Duration timeout{};
  bool fresh = false;
  /// What the worker is told; nothing: it does as it was started to do.
  std::optional<bool> isolate;
  std::string lane;
};

/// ROUTES and the settings they differ from, ready to be asked for each request. Owned by the Laravel kind, which makes
/// it anew when the settings have changed.
class RouteLimits {
 public:
  explicit RouteLimits(const config::Settings& settings);

  /// `path` as it came. It is matched as Laravel matches it: decoded, without a slash at its end and without the
  /// script's name, since otherwise there were names for a page that evade what is set for it. The most specific
  /// pattern decides alone.
  [[nodiscard]] const RequestLimits& of(std::string_view path) const;

 private:
  RequestLimits common_;
  std::vector<std::unique_ptr<RequestLimits>> special_;
  routes::Router<const RequestLimits*> router_;
};

/// The queue of these settings, with their lanes. Each lane has the same part of the queue as of the workers.
[[nodiscard]] pool::Queue::Options queueOptions(const config::Settings& settings);

}  // namespace bridge::upstreams
