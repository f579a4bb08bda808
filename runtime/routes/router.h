#pragma once

#include <list>
#include <optional>
#include <string_view>
#include <utility>

#include "routes/pattern.h"

namespace bridge::routes {

/// Finds the target of a path among patterns, the most specific first; among equals the one added first. Patterns
/// may be added at any time; none ever goes. `Target` is a small value such as a pointer; the router does not own what
/// it points to.
template <class Target>
class Router {
 public:
  struct Match {
    Target target;
    Params params;
    /// The text of the pattern that matched; lives as long as the router.
    std::string_view pattern;
  };

  void add(Pattern pattern, Target target) {
    auto place = routes_.begin();
    while (place != routes_.end() && !pattern.moreSpecificThan(place->first)) {
      ++place;
    }
    routes_.emplace(place, std::move(pattern), std::move(target));
  }

  [[nodiscard]] std::optional<Match> find(std::string_view path) const {
    return find(path, [](const Target&) { return true; });
  }

  /// The first whose target `takes` it.
  template <class Takes>
  [[nodiscard]] std::optional<Match> find(std::string_view path, Takes takes) const {
    for (const auto& [pattern, target] : routes_) {
      if (auto params = pattern.match(path); params && takes(target)) {
        return Match{target, std::move(*params), pattern.text()};
      }
    }
    return std::nullopt;
  }

 private:
  /// Matches point into them.
  std::list<std::pair<Pattern, Target>> routes_;
};

}  // namespace bridge::routes
