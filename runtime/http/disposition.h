#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bridge::http {

/// The last parameter of that name in a Content-Disposition of a form part, read exactly as PHP reads it (its
/// rfc1867.c, where applications learned what names look like): words end at `;` outside quotes, quotes are " or ',
/// a backslash escapes only a backslash and the quote in use, anything behind the closing quote is dropped, an unquoted
/// value ends at a blank.
[[nodiscard]] std::optional<std::string> dispositionParameter(std::string_view disposition, std::string_view name);

}  // namespace bridge::http
