#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/kinds.h"
#include "routes/pattern.h"

namespace bridge::config {

/// What ROUTES says of the requests whose path a pattern matches; what it leaves out is as for all others.
struct RouteRule {
  routes::Pattern pattern;
  std::optional<Millis> timeout;
  std::optional<WorkerIsolation> isolation;
  /// Empty: none.
  std::string lane;
};

/// One of LANES.
struct LaneRule {
  std::string name;
  std::size_t workers = 0;
};

/// What was understood, and each part that was not, with why; nothing of such a part is among the rules.
template <class Rule>
struct Rules {
  struct Problem {
    std::string part;
    std::string message;
  };
  std::vector<Rule> rules;
  std::vector<Problem> problems;
};

/// `/reports/* timeout=120 isolation=request lane=slow; /api/* timeout=5`: a pattern and at least one word, separated
/// by white space; rules by semicolons or line ends.
[[nodiscard]] Rules<RouteRule> parseRoutes(std::string_view text);

/// `slow=2, imports=1`: names, and how many workers each may use at once.
[[nodiscard]] Rules<LaneRule> parseLanes(std::string_view text);

}  // namespace bridge::config
