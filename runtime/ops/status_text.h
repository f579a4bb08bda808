#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bridge::ops {

/// How the commands write a status on a terminal.
struct TextStyle {
  /// Longer lines are cut; 0: never.
  std::size_t width = 0;
  bool coloured = false;
};

/// What `laravel-bridge status` prints, made from the JSON of /-/status. Nothing in it can move the cursor.
[[nodiscard]] Result<std::string> statusText(std::string_view json, const TextStyle& style);
/// The table of the workers alone, the longest at work first.
[[nodiscard]] Result<std::string> workersText(std::string_view json, const TextStyle& style);
/// Whether that server is ready, by its own word.
[[nodiscard]] bool saysReady(std::string_view json);
/// Requests that it has answered since its start.
[[nodiscard]] std::uint64_t answeredRequests(std::string_view json);

}  // namespace bridge::ops
