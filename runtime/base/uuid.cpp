#include "base/uuid.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

namespace bridge {

namespace {

constexpr std::size_t kBytes = 16;

/// The kernel's random bytes, fetched for several UUIDs at once: a call for each costs as much as a header field.
class Supply {
 public:
  std::array<unsigned char, kBytes> take() {
    if (used_ == bytes_.size()) {
      // Complete and without waiting for so few bytes, once the machine has booted.
      if (::getrandom(bytes_.data(), bytes_.size(), 0) != static_cast<ssize_t>(bytes_.size())) {
        std::abort();
      }
      used_ = 0;
    }
    std::array<unsigned char, kBytes> taken;
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), kBytes, taken.begin());
    used_ += kBytes;
    return taken;
  }

 private:
  /// getrandom gives up to 256 bytes whole, whatever signal comes.
  std::array<unsigned char, 16 * kBytes> bytes_{};
  std::size_t used_ = bytes_.size();
};

}  // namespace

std::string randomUuid() {
  thread_local Supply supply;
  auto bytes = supply.take();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    at += i == 4 || i == 6 || i == 8 || i == 10 ? 1 : 0;
    text[at++] = kHex[bytes[i] >> 4U];
    text[at++] = kHex[bytes[i] & 0x0FU];
  }
  return text;
}

}  // namespace bridge
