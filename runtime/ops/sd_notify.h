#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace bridge::ops {

/// The way to tell a service manager how we are: datagrams of NAME=value lines to the socket in NOTIFY_SOCKET
/// (sd_notify(3)). A plain value; every call is one system call that does not block.
class SdNotify {
 public:
  /// Nobody listens.
  SdNotify() = default;
  /// `socket` as in NOTIFY_SOCKET: a path, or @name in the abstract name space. `watchdog`: as in WATCHDOG_USEC.
  explicit SdNotify(std::string socket, std::optional<Duration> watchdog = std::nullopt)
      : socket_(std::move(socket)), watchdog_(watchdog) {}

  /// What the environment says; the variables are removed from it, so that no child speaks in our name.
  [[nodiscard]] static SdNotify fromEnvironment();

  [[nodiscard]] bool wanted() const { return !socket_.empty(); }
  /// The longest silence after which we are taken for dead; none: nobody looks.
  [[nodiscard]] std::optional<Duration> watchdog() const { return watchdog_; }
  /// `state`: lines such as READY=1. False where it did not arrive, perhaps for now; true also where nobody listens.
  [[nodiscard]] bool send(std::string_view state) const;

 private:
  std::string socket_;
  std::optional<Duration> watchdog_;
};

}  // namespace bridge::ops
