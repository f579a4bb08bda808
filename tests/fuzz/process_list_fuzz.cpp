#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/process_list.h"

/// Any text is read without a crash; what was read can be started, or there is a problem in words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto list = bridge::config::parseProcesses({reinterpret_cast<const char*>(data), size});
  for (const auto& problem : list.problems) {
    if (problem.empty()) {
      std::abort();
    }
  }
  for (const auto& entry : list.entries) {
    if (entry.name.empty() || entry.command.empty() || entry.command.front().empty() || entry.count < 1 ||
        entry.count > 100 || entry.stopTimeout.count() <= 0) {
      std::abort();
    }
  }
  return 0;
}
