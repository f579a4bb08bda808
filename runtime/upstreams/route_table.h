#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "routes/router.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// Who answers which paths, and who said so. Filled by the kinds, most of it at the start; two of them may not claim
/// the same path.
class RouteTable {
 public:
  struct Route {
    routes::Pattern pattern;
    Upstream* upstream;
    /// Where it is declared, for people: "CHANNELS_MOUNT".
    std::string origin;
  };

  /// Where complaints go.
  explicit RouteTable(std::vector<config::Problem>& problems) : problems_(problems) {}

  /// `pattern` as in routes/pattern.h; `upstream` outlives the table. A pattern that is none, or that is taken, is a
  /// problem and not added.
  /// Where routers have been filled, they get it, too.
  void add(std::string_view pattern, Upstream& upstream, std::string origin);
  /// Why a pattern cannot be added; nothing: it can.
  [[nodiscard]] std::optional<std::string> conflict(std::string_view pattern) const;
  /// The path itself (with and without a slash at its end) and all below it. Of `/`: everything.
  void addTree(const std::string& mount, Upstream& upstream, const std::string& origin);

  /// The router outlives every later `add`.
  void fill(routes::Router<Upstream*>& router);
  /// One line for each: pattern, kind, origin; the first that matches a path is the one that answers it.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<config::Problem>& problems_;
  /// As the router orders them.
  std::vector<Route> routes_;
  std::vector<routes::Router<Upstream*>*> filled_;
};

}  // namespace bridge::upstreams
