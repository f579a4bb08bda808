#pragma once

#include <string>
#include <string_view>

namespace bridge {

/// The text as it may stand in an HTML element or in a quoted attribute.
[[nodiscard]] std::string escapeHtml(std::string_view text);

}  // namespace bridge
