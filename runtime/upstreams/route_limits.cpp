#include "upstreams/route_limits.h"

#include <algorithm>

#include "http/percent.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kScript = "/index.php";

std::string asLaravelSeesIt(std::string_view raw) {
  std::string path = http::percentDecode(raw).value_or(std::string(raw));
  if (path.starts_with(kScript) && (path.size() == kScript.size() || path[kScript.size()] == '/')) {
    path.erase(0, kScript.size());
  }
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return path.empty() ? "/" : path;
}

}  // namespace

RouteLimits::RouteLimits(const config::Settings& settings) {
  common_.timeout = settings.requestTimeout;
  common_.fresh = settings.workerIsolation != config::WorkerIsolation::worker;
  for (const auto& rule : config::parseRoutes(settings.routes).rules) {
    auto limits = std::make_unique<RequestLimits>(common_);
    limits->timeout = rule.timeout.value_or(settings.requestTimeout);
    limits->lane = rule.lane;
    if (rule.isolation) {
      limits->fresh = *rule.isolation == config::WorkerIsolation::request;
      limits->isolate = limits->fresh;
    }
    router_.add(rule.pattern, limits.get());
    special_.push_back(std::move(limits));
  }
}

const RequestLimits& RouteLimits::of(std::string_view path) const {
  if (special_.empty()) {
    return common_;
  }
  const auto match = router_.find(asLaravelSeesIt(path));
  return match ? *match->target : common_;
}

pool::Queue::Options queueOptions(const config::Settings& settings) {
  const auto limit = static_cast<std::size_t>(settings.queueLimit);
  pool::Queue::Options options{.limit = limit, .timeout = settings.queueTimeout};
  for (const auto& lane : config::parseLanes(settings.lanes).rules) {
    const auto part = limit * lane.workers / static_cast<std::size_t>(settings.socketPoolMax);
    options.lanes.push_back({.name = lane.name,
                             .workers = lane.workers,
                             .limit = std::max<std::size_t>(part, std::min<std::size_t>(limit, 1))});
  }
  return options;
}

}  // namespace bridge::upstreams
