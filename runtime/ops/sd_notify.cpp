#include "ops/sd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/environment.h"

namespace bridge::ops {
namespace {

/// 0 where it is no number.
std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

SdNotify SdNotify::fromEnvironment() {
  const auto socket = takeVariable("NOTIFY_SOCKET").value_or("");
  const auto micros = number(takeVariable("WATCHDOG_USEC").value_or(""));
  const auto pid = takeVariable("WATCHDOG_PID").value_or("");
  const bool ours = pid.empty() || number(pid) == ::getpid();
  return SdNotify(socket,
                  micros > 0 && ours ? std::optional<Duration>(std::chrono::microseconds(micros)) : std::nullopt);
}

bool SdNotify::send(std::string_view state) const {
  if (!wanted()) {
    return true;
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof address.sun_path) {
    return false;
  }
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  if (socket_.front() == '@') {
    address.sun_path[0] = '\0';
  } else {
    ++length;  // with its NUL
  }
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    return false;
  }
  const auto sent =
      ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  ::close(fd);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace bridge::ops
