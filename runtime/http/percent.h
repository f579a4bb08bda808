#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bridge::http {

/// Percent-decodes once; nothing where a `%` is not followed by two hex digits. `+` stays.
[[nodiscard]] std::optional<std::string> percentDecode(std::string_view text);

/// Every byte but letters, digits and `-._~` as `%XX`.
[[nodiscard]] std::string percentEncode(std::string_view text);

/// The path of a request as a relative file path: decoded once, empty and `.` segments dropped. Nothing when a segment
/// is `..`, or a decoded byte is NUL, `/`, `\` or a control character, so that the result stays beneath any root it is
/// joined to (symlinks aside). "/" gives "".
[[nodiscard]] std::optional<std::string> safeFilePath(std::string_view path);

}  // namespace bridge::http
