#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "loop/descriptor.h"
#include "loop/loop.h"
#include "server/server.h"
#include "upstreams/upstream.h"

namespace bridge::server {

/// The operators' own ways in, beside the clients': a Unix socket for this user, and a TCP port. They stay open while
/// the front door drains, and until this object goes.
class AdminDoors {
 public:
  struct Options {
    /// Empty: no such door.
    std::string socket;
    std::string host;
    int port = 0;
    /// A Unix socket that somebody else has opened (socket activation), in the place of `socket`; who reaches it is for
    /// its owner to say.
    loop::Descriptor inherited{};
  };

  explicit AdminDoors(loop::Loop& loop) : loop_(loop) {}

  /// Opens what the options name.
  [[nodiscard]] Result<void> open(Options options, upstreams::Upstream& onSocket, upstreams::Upstream& onPort);

 private:
  loop::Loop& loop_;
  std::unique_ptr<Server> socket_;
  std::unique_ptr<Server> port_;
};

}  // namespace bridge::server
