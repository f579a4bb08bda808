#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace bridge::pool {

/// One worker as the status page shows it. Memory in bytes, as the worker said last.
struct WorkerRow {
  pid_t pid = 0;
  std::uint64_t generation = 0;
  std::string_view state;
  /// The request it has, or had last.
  std::string label;
  /// Since when it is in this state.
  Instant since;
  Instant connectedAt;
  std::uint64_t requests = 0;
  std::uint64_t memory = 0;
  std::uint64_t peak = 0;
  /// What it said after its first request: the rest has come since.
  std::uint64_t firstMemory = 0;
};

struct PoolStatus {
  std::size_t min = 0;
  std::size_t max = 0;
  std::size_t opening = 0;
  std::size_t idle = 0;
  std::size_t busy = 0;
  std::size_t retiring = 0;
  bool draining = false;
  std::vector<WorkerRow> workers;
};

}  // namespace bridge::pool
