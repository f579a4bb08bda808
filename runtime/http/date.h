#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bridge::http {

/// Seconds since 1970 as an IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7). Years 0 to 9999; others are
/// clamped.
[[nodiscard]] std::string formatDate(std::int64_t seconds);

/// The three forms of an HTTP-date: IMF-fixdate, RFC 850 and asctime. A two-digit year that lies more than 50 years
/// after `now` is of the century before. Nothing for anything else, wrong weekdays included only by their spelling.
[[nodiscard]] std::optional<std::int64_t> parseDate(std::string_view text, std::int64_t now);

}  // namespace bridge::http
