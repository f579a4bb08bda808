// A file of any bytes is read or refused with a reason; nobody's stack or patience runs out.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/urocket_yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = bridge::config::parseUrocketYaml(std::string_view(reinterpret_cast<const char*>(data), size));
  if (parsed.problems.empty()) {
    for (const auto& operation : parsed.config.operations) {
      // What is accepted can be run: a path, a verb, a place for the reply, a program.
      if (!operation.path.starts_with('/') || operation.verb.empty() || !operation.replyBefore.starts_with('/') ||
          (operation.inject && operation.inject->command.empty())) {
        std::abort();
      }
    }
    if (parsed.config.operations.empty()) {
      std::abort();
    }
  }
  for (const auto& problem : parsed.problems) {
    if (problem.what.empty()) {
      std::abort();
    }
  }
  return 0;
}
