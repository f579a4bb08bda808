#include "ops/memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace bridge::ops {

std::uint64_t residentBytes(pid_t pid) {
  const int file = ::open(("/proc/" + std::to_string(pid) + "/statm").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return 0;
  }
  std::array<char, 128> text{};
  const auto length = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (length <= 0) {
    return 0;
  }
  // "size resident shared ...", in pages.
  char* rest = nullptr;
  std::strtoull(text.data(), &rest, 10);
  return std::strtoull(rest, nullptr, 10) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace bridge::ops
