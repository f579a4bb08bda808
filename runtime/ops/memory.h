#pragma once

#include <sys/types.h>

#include <cstdint>

namespace bridge::ops {

/// Bytes of a process that are in memory, pages it shares with others included; 0 where there is no such process. Asks
/// /proc, which takes some microseconds.
[[nodiscard]] std::uint64_t residentBytes(pid_t pid);

}  // namespace bridge::ops
