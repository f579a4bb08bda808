#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/json_pattern.h"
#include "config/settings.h"
#include "http/headers.h"

namespace bridge::upstreams {

/// What browsers are told about pages of other origins (Fetch, 3.2), as TUNNEL_CORS_* say. Owned by the tunnel's kind,
/// outlives its requests.
class TunnelCors {
 public:
  /// Complains about TUNNEL_CORS_PATTERN; no origin is allowed then. The settings outlive it.
  TunnelCors(const config::Settings& settings, std::vector<config::Problem>& problems);

  /// Adds to an answer, and to the answer to OPTIONS. `asked` are the fields of the request.
  void addTo(http::Headers& answer, const http::Headers& asked) const;
  void addToPreflight(http::Headers& answer, const http::Headers& asked) const;

 private:
  void addOrigin(http::Headers& answer, const http::Headers& asked) const;

  const config::Settings& settings_;
  /// Null: the list holds.
  std::shared_ptr<const config::JsonPattern> pattern_;
  bool broken_ = false;
};

}  // namespace bridge::upstreams
