#include "server/filters/server_options.h"

namespace bridge::server {

std::optional<Reply> ServerOptions::onRequest(http::Request& request) {
  if (request.head.target != "*") {
    return std::nullopt;
  }
  return Reply{{.status = 204, .reason = {}, .headers = {{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}},
               {}};
}

}  // namespace bridge::server
