#pragma once

#include <rapidjson/document.h>

#include <string_view>

#include "base/result.h"

namespace bridge::config {

/// Arrays and objects inside each other, the outermost counted.
inline constexpr int kMaxJsonDepth = 512;

/// Parses JSON (RFC 8259) of any origin without recursion. BadRequest with what is wrong and where.
[[nodiscard]] Result<void> parseJson(std::string_view text, rapidjson::Document& document);

}  // namespace bridge::config
