#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/dotenv.h"

/// Any text is read without a crash, and what was read stands alone: errors name a line of the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = bridge::config::parseDotenv(text, {{"HOME", "/root"}});
  for (const auto& error : read.errors) {
    if (error.line == 0 || error.line > size + 1 || error.message.empty()) {
      std::abort();
    }
  }
  if (read.values.contains("HOME") || read.values.contains("")) {
    std::abort();
  }
  return 0;
}
