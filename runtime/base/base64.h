#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bridge {

/// Base64 with padding, on one line (RFC 4648, 4).
[[nodiscard]] std::string base64Encode(std::string_view bytes);

/// The bytes; nothing where the text is not exactly what `base64Encode` writes.
[[nodiscard]] std::optional<std::string> base64Decode(std::string_view text);

}  // namespace bridge
