#include "ops/human.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <cmath>
#include <string_view>

namespace bridge::ops {

std::string humanBytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"KB", "MB", "GB", "TB"};
  if (bytes < 1024) {
    return fmt::format("{} B", bytes);
  }
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // What would be written as 1024.0 is the next unit.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string humanChange(std::int64_t bytes) {
  const auto size = static_cast<std::uint64_t>(bytes);
  return bytes < 0 ? "-" + humanBytes(0 - size) : (bytes > 0 ? "+" : "") + humanBytes(size);
}

std::string humanSpan(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds < 0 ? 0 : seconds);
  if (seconds < 0.9995) {
    return fmt::format("{:.0f} ms", seconds < 0 ? 0 : seconds * 1000);
  }
  if (seconds < 60) {
    return fmt::format("{:.1f} s", seconds);
  }
  if (whole < 3600) {
    return fmt::format("{} min {} s", whole / 60, whole % 60);
  }
  if (whole < 86400) {
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  }
  return fmt::format("{} d {} h", whole / 86400, whole % 86400 / 3600);
}

std::string humanFigure(std::string_view name, double value) {
  if (name.ends_with("_bytes") && value >= 0) {
    return humanBytes(static_cast<std::uint64_t>(value));
  }
  if (name.ends_with("_seconds")) {
    return humanSpan(value);
  }
  return value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.3f}", value);
}

}  // namespace bridge::ops
