#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/tunnel_config.h"

/// Any bytes are read without a crash, and what is no object is complained about.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = bridge::config::parseTunnelConfig(text, true);
  if (config.problems.empty() && text.find('{') == std::string_view::npos) {
    std::abort();
  }
  (void)bridge::config::parseTaskTimeout(text);
  return 0;
}
