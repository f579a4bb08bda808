#pragma once

#include <chrono>

namespace bridge {

/// Time is an argument of pure code; only `loop` and `main` read it.
using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;
using Duration = std::chrono::nanoseconds;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

[[nodiscard]] inline double toMillis(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

}  // namespace bridge
