#pragma once

#include <string_view>

#include "base/result.h"

namespace bridge::http {

/// A request target, split. All views are parts of the text given.
struct Target {
  enum class Form { origin, absolute, asterisk };
  Form form = Form::origin;
  /// absolute-form only: host and port, without userinfo (which is refused).
  std::string_view authority;
  /// Without the `?`; "/" where absolute-form has none; "*" for the asterisk.
  std::string_view path;
  std::string_view query;
};

/// Splits and checks a target (RFC 9112, 3.2). BadRequest: bytes outside the alphabet of RFC 3986 (`[` and `]` belong
/// to it and are common in PHP's queries), a fragment, a broken percent-encoding in the path, a scheme other than http
/// and https, an authority that is no host, anything but OPTIONS with `*`. Nothing is decoded.
[[nodiscard]] Result<Target> parseTarget(std::string_view method, std::string_view target);

/// Whether `host` is `uri-host [":" port]` (RFC 9110, 7.2): a name, an IPv4 or bracketed IPv6 address, a port up to
/// 65535 (or empty); no userinfo, list, blank or path.
[[nodiscard]] bool isHost(std::string_view host);

}  // namespace bridge::http
