#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "loop/loop.h"
#include "server/server.h"
#include "upstreams/upstream.h"

namespace bridge::server {

/// A way in beside the clients': everything that comes goes to one upstream. Neither logged nor counted.
struct DoorOptions {
  std::uint64_t maxBody = 0;
  std::size_t maxConnections = 256;
};

/// Not listening yet. The upstream outlives it.
[[nodiscard]] std::unique_ptr<Server> makeDoor(loop::Loop& loop, upstreams::Upstream& upstream,
                                               const DoorOptions& options);

}  // namespace bridge::server
