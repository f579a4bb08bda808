#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bridge::ops {

/// Figures as a person reads them, short enough for a table.

/// "512 B", "4.0 KB", "1.5 GB"; K is 1024.
[[nodiscard]] std::string humanBytes(std::uint64_t bytes);
/// By how much something has grown or shrunk: "+4.0 KB", "-512 B", "0 B".
[[nodiscard]] std::string humanChange(std::int64_t bytes);
/// "12 ms", "1.4 s", "3 min 5 s", "2 h 10 min", "3 d 4 h".
[[nodiscard]] std::string humanSpan(double seconds);
/// A figure of a kind by its name: `…_bytes` and `…_seconds` as above, others as numbers, in full.
[[nodiscard]] std::string humanFigure(std::string_view name, double value);

}  // namespace bridge::ops
