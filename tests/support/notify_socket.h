#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

namespace bridge::testing {

/// A service manager's end of NOTIFY_SOCKET.
class NotifySocket {
 public:
  /// `name`: a path, or @name.
  explicit NotifySocket(const std::string& name)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') {
      address.sun_path[0] = '\0';
    }
    const auto length = static_cast<socklen_t>(sizeof address.sun_family + name.size());
    bound_ = ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length) == 0;
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { ::close(fd_); }

  [[nodiscard]] bool bound() const { return bound_; }
  /// All that has come so far, and before.
  const std::vector<std::string>& messages() {
    char buffer[4096];
    for (ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0); size >= 0;
         size = ::recv(fd_, buffer, sizeof buffer, 0)) {
      messages_.emplace_back(buffer, static_cast<std::size_t>(size));
    }
    return messages_;
  }

 private:
  int fd_;
  bool bound_ = false;
  std::vector<std::string> messages_;
};

}  // namespace bridge::testing
