#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bridge::http {

/// A character of a token (RFC 9110, 5.6.2).
[[nodiscard]] bool isTokenChar(char c);
/// A method, a field name: one or more token characters.
[[nodiscard]] bool isToken(std::string_view text);
/// A character of a field value: not a control character but for the tab.
[[nodiscard]] constexpr bool isFieldChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 ? byte != 0x7F : byte == '\t';
}
/// A field value or reason phrase (RFC 9110, 5.5): no CR, LF, NUL or other control character but the tab. Bytes from
/// 0x80 are allowed and mean whatever the two ends think they mean.
[[nodiscard]] bool isFieldText(std::string_view text);
/// The length of the run of such characters that begins a text.
[[nodiscard]] std::size_t fieldTextLength(std::string_view text);
/// The id of a request: 1 to 128 characters of `A-Z a-z 0-9 . _ : -`, safe in a log line, a header and a file name.
[[nodiscard]] bool isRequestId(std::string_view text);
/// Takes blanks and tabs off both ends.
[[nodiscard]] std::string_view trimBlanks(std::string_view text);
/// Decimal digits and nothing else; nothing on overflow.
[[nodiscard]] std::optional<std::uint64_t> parseDecimal(std::string_view text);
/// The value of a hex digit, or -1.
[[nodiscard]] int hexValue(char c);

}  // namespace bridge::http
