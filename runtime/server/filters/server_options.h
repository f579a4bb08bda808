#pragma once

#include "server/filters/filter.h"

namespace bridge::server {

/// Answers `OPTIONS *`, which asks about the server and not about a resource (RFC 9110, 9.3.7), so that no upstream
/// meets a target that is not a path.
class ServerOptions final : public Filter {
 public:
  std::optional<Reply> onRequest(http::Request& request) override;
};

}  // namespace bridge::server
