#include "upstreams/route_table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

namespace bridge::upstreams {

std::optional<std::string> RouteTable::conflict(std::string_view pattern) const {
  const auto parsed = routes::Pattern::parse(pattern);
  if (!parsed.ok()) {
    return parsed.error().detail;
  }
  const auto taken = std::ranges::find_if(routes_, [&](const Route& route) { return route.pattern.sameAs(*parsed); });
  if (taken == routes_.end()) {
    return std::nullopt;
  }
  return "is taken: " + taken->origin + " has mounted " + std::string(taken->upstream->kind()) + " at " +
         taken->pattern.text();
}

void RouteTable::add(std::string_view pattern, Upstream& upstream, std::string origin) {
  if (auto why = conflict(pattern)) {
    problems_.push_back({std::move(origin), std::string(pattern), std::move(*why)});
    return;
  }
  auto parsed = routes::Pattern::parse(pattern);
  for (auto* router : filled_) {
    router->add(*parsed, &upstream);
  }
  const auto place =
      std::ranges::find_if(routes_, [&](const Route& route) { return parsed->moreSpecificThan(route.pattern); });
  routes_.insert(place, {std::move(*parsed), &upstream, std::move(origin)});
}

void RouteTable::addTree(const std::string& mount, Upstream& upstream, const std::string& origin) {
  add(mount == "/" ? "/*" : mount + "/*", upstream, origin);
}

void RouteTable::fill(routes::Router<Upstream*>& router) {
  filled_.push_back(&router);
  for (const auto& route : routes_) {
    router.add(route.pattern, route.upstream);
  }
}

std::string RouteTable::text() const {
  std::size_t widest = 0;
  for (const auto& route : routes_) {
    widest = std::max(widest, route.pattern.text().size());
  }
  std::string out;
  for (const auto& route : routes_) {
    out += fmt::format("{:<{}}  {:<10}  {}\n", route.pattern.text(), widest, route.upstream->kind(), route.origin);
  }
  return out;
}

}  // namespace bridge::upstreams
