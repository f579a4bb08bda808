#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/request.h"

namespace bridge::http {

/// What a load balancer says of a connection before the first byte of HTTP (the PROXY protocol of HAProxy, versions 1
/// and 2).
struct ProxyHeader {
  /// The length of the header in bytes.
  std::size_t size = 0;
  /// The client's end and the one it connected to. Neither where the balancer speaks for itself (LOCAL, a health
  /// check), or does not know (UNKNOWN, UNSPEC): then those of the socket stay.
  struct Ends {
    Endpoint client;
    Endpoint server;
  };
  std::optional<Ends> ends;
  /// Version 2 with PP2_TYPE_SSL: the client came over TLS.
  bool tls = false;
};

/// No header is longer; one that says it is, is refused (the protocol's own use needs some hundreds).
constexpr std::size_t kMaxProxyHeader = 4096;

/// Reads the header at the beginning of `bytes`. Nothing yet where more must come. BadRequest: what is there is no such
/// header; nothing that follows can be believed, and the connection is to be closed without an answer.
[[nodiscard]] Result<std::optional<ProxyHeader>> parseProxyHeader(std::string_view bytes);

}  // namespace bridge::http
