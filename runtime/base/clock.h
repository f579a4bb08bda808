#pragma once

#include <chrono>

namespace bridge {

/// Time is an argument of pure code; only `loop` and `main` read it.
using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;
using Duration = std::chrono::nanoseconds;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

/// A deadline that does not come: somebody may stand at a breakpoint.
constexpr Duration kNoDeadline = std::chrono::hours(24 * 365);

[[nodiscard]] inline double toMillis(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

}  // namespace bridge
