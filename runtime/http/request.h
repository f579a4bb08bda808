#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "http/headers.h"

namespace bridge::http {

enum class Version { http10, http11 };

/// The start line and fields of a request as parsed, with what HTTP/1 framing says of the body. All strings hold the
/// client's bytes; nothing is decoded.
struct RequestHead {
  std::string method;
  /// The request target as it came: origin-form, absolute-form or `*`.
  std::string target;
  /// Path and query of the target, without the `?`; the path of absolute-form begins after the authority.
  std::string path;
  std::string query;
  /// Authority of absolute-form, else the Host field; empty where HTTP/1.0 sent none (RFC 9112, 3.2 and 3.3). The Host
  /// among `headers` is always the same: absolute-form replaces it.
  std::string host;
  Version version = Version::http11;
  Headers headers;

  std::optional<std::uint64_t> contentLength;
  bool chunked = false;
  /// What the client asks of the connection: HTTP/1.1 without `close`, HTTP/1.0 with `keep-alive`.
  bool keepAlive = true;
  bool expectContinue = false;

  [[nodiscard]] bool hasBody() const { return chunked || contentLength.value_or(0) > 0; }
};

/// One end of a client's connection. For a Unix socket the address is "unix:" and the port 0.
struct Endpoint {
  std::string address;
  int port = 0;
};

/// A request on its way to an upstream. The body follows through `Call::body`.
struct Request {
  RequestHead head;
  /// `X-Request-Id` of the client when sane, else made by us; in every log line and in the answer.
  std::string id;
  Endpoint client;
  Endpoint server;
  /// "http" or "https", as the client sees it.
  std::string scheme = "http";
  Instant received;
  /// Seconds since 1970 when the head was complete, for REQUEST_TIME_FLOAT.
  double receivedAt = 0;
};

}  // namespace bridge::http
