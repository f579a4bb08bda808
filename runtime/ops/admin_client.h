#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"

namespace bridge::ops {

/// Where a running server answers its operators: a Unix socket, or else a TCP port and perhaps a token.
struct AdminDoor {
  std::string socket;
  std::string host;
  int port = 0;
  std::string token;

  /// As a person would name it.
  [[nodiscard]] std::string name() const;
};

struct AdminReply {
  int status = 0;
  std::string body;
  /// The process that answered; 0 where it cannot be known: over TCP, and from another PID namespace.
  pid_t server = 0;
};

/// Asks a running server from another process. It blocks: for the commands only, never on a loop's thread.
class AdminClient {
 public:
  explicit AdminClient(AdminDoor door) : door_(std::move(door)) {}

  static constexpr Duration kNoLimit = Duration::max();

  /// `limit`: for the whole of it. Io: no server answers there.
  [[nodiscard]] Result<AdminReply> ask(const std::string& method, const std::string& path,
                                       Duration limit = Seconds(10)) const;
  /// Waits until the process has ended (0: nobody listens there any more); false when the limit came first.
  [[nodiscard]] bool waitForEnd(pid_t server, Duration limit) const;
  [[nodiscard]] const AdminDoor& door() const { return door_; }

 private:
  AdminDoor door_;
};

}  // namespace bridge::ops
