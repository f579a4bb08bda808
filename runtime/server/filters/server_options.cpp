#include "server/filters/server_options.h"

namespace bridge::server {

std::optional<Reply> ServerOptions::onRequest(http::Request& request) {
  // Absolute-form names the server as a whole, too (RFC 9112, 3.2.4); the path of any other request begins with a
  // slash.
  if (request.head.path != "*") {
    return std::nullopt;
  }
  return Reply{{.status = 204, .reason = {}, .headers = {{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}},
               {}};
}

}  // namespace bridge::server
