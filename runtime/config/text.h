#pragma once

#include <string_view>

namespace bridge::config {

/// What isspace() calls blank in the C locale.
inline constexpr std::string_view kBlanks = " \t\r\n\v\f";

/// Without the blanks around it.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace bridge::config
