#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/headers.h"
#include "http/networks.h"
#include "http/request.h"

namespace bridge::http {

/// The fields that proxies add: those of X-Forwarded-For and its kin, or RFC 7239's Forwarded.
enum class ForwardedBy { nobody, xForwarded, forwarded };

/// What proxies that are believed say of the request as the client sent it. Members are empty where they say nothing,
/// or nothing that can be.
struct Forwarded {
  ForwardedBy by = ForwardedBy::nobody;
  /// The right-most address that is not trusted, since whatever stands left of it may be the client's own invention;
  /// the left-most where all are.
  Endpoint client;
  /// "http" or "https".
  std::optional<std::string> scheme;
  /// A name or address, with a port where one was sent.
  std::optional<std::string> host;
  std::optional<int> port;
};

/// Reads what `peer`, which is trusted, and the trusted proxies before it have added. Where there is any of the
/// X-Forwarded fields, Forwarded is not read: most proxies write the former and pass the latter on as it came.
///
/// Where scheme, host or port are lists, the entry of the same hop as the client's address counts, from the right.
[[nodiscard]] Forwarded resolveForwarded(const Headers& headers, const Endpoint& peer, const Networks& trusted);

/// One element of a Forwarded field (RFC 7239, 4), unquoted; empty where a parameter is missing.
struct ForwardedElement {
  std::string node;
  std::string scheme;
  std::string host;

  bool operator==(const ForwardedElement&) const = default;
};

/// Nothing where the field is malformed.
[[nodiscard]] std::optional<std::vector<ForwardedElement>> parseForwarded(std::string_view field);

}  // namespace bridge::http
