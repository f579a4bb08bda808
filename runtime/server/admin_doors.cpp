#include "server/admin_doors.h"

#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "server/door.h"

namespace bridge::server {
namespace {

constexpr unsigned kOnlyThisUser = 0600;
/// Nothing here has a body.
constexpr DoorOptions kDoor{.maxBody = 16U << 10U, .maxConnections = 256};

}  // namespace

Result<void> AdminDoors::open(Options options, upstreams::Upstream& onSocket, upstreams::Upstream& onPort) {
  const auto opened = [](std::string_view setting, const Server& server,
                         const Result<void>& listening) -> Result<void> {
    if (!listening.ok()) {
      return Error{ErrorCode::InvalidSettings, std::string(setting) + ": " + listening.error().detail};
    }
    log::info("server", "operators on {}", server.address());
    return {};
  };
  if (options.inherited.valid()) {
    std::vector<loop::Descriptor> one;
    one.push_back(std::move(options.inherited));
    socket_ = makeDoor(loop_, onSocket, kDoor);
    if (auto taken = opened("LISTEN_FDS", *socket_, socket_->listen(std::move(one))); !taken.ok()) {
      return taken;
    }
    if (!socket_->address().starts_with("unix:")) {
      return Error{ErrorCode::InvalidSettings,
                   "LISTEN_FDS: the socket for operators is no Unix socket; over TCP they come in by ADMIN_LISTEN"};
    }
  } else if (!options.socket.empty()) {
    socket_ = makeDoor(loop_, onSocket, kDoor);
    auto listening = socket_->listen("unix:" + options.socket, 0, kOnlyThisUser);
    if (auto taken = opened("ADMIN_SOCKET", *socket_, listening); !taken.ok()) {
      return taken;
    }
  }
  if (!options.host.empty()) {
    port_ = makeDoor(loop_, onPort, kDoor);
    return opened("ADMIN_LISTEN", *port_, port_->listen(options.host, options.port, kOnlyThisUser));
  }
  return {};
}

}  // namespace bridge::server
