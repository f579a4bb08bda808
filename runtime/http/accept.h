#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "http/headers.h"

namespace bridge::http {

/// Whether an answer should be JSON: Accept names a JSON type first, as Laravel's `wantsJson`, or the request is a
/// script's (X-Requested-With: XMLHttpRequest, not PJAX) that accepts anything, as `expectsJson`.
[[nodiscard]] bool prefersJson(const Headers& headers);

/// Whether an error should be a page: Accept names HTML, as browsers do, and prefers no JSON. Who says nothing or takes
/// anything (`*/*`: curl, libraries, health checks) is a program.
[[nodiscard]] bool wantsPage(const Headers& headers);

/// Which of the content codings that there are an answer should have, by Accept-Encoding (RFC 9110, 12.5.3); of equal
/// ones the first. Nothing: the plain form, which is sent even where the client says that it would not take it.
[[nodiscard]] std::optional<std::size_t> preferredCoding(const Headers& headers,
                                                         std::span<const std::string_view> available);

}  // namespace bridge::http
