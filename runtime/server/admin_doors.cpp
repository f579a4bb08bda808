#include "server/admin_doors.h"

#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "server/filters/request_id.h"
#include "server/filters/server_options.h"

namespace bridge::server {
namespace {

constexpr unsigned kOnlyThisUser = 0600;
constexpr std::size_t kMaxConnections = 256;
/// Nothing here has a body.
constexpr std::uint64_t kMaxBody = 16U << 10U;

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
    socket_ = door(onSocket);
    if (auto taken = opened("LISTEN_FDS", *socket_, socket_->listen(std::move(one))); !taken.ok()) {
      return taken;
    }
    if (!socket_->address().starts_with("unix:")) {
      return Error{ErrorCode::InvalidSettings,
                   "LISTEN_FDS: the socket for operators is no Unix socket; over TCP they come in by ADMIN_LISTEN"};
    }
  } else if (!options.socket.empty()) {
    socket_ = door(onSocket);
    auto listening = socket_->listen("unix:" + options.socket, 0, kOnlyThisUser);
    if (auto taken = opened("ADMIN_SOCKET", *socket_, listening); !taken.ok()) {
      return taken;
    }
  }
  if (!options.host.empty()) {
    port_ = door(onPort);
    return opened("ADMIN_LISTEN", *port_, port_->listen(options.host, options.port, kOnlyThisUser));
  }
  return {};
}

std::unique_ptr<Server> AdminDoors::door(upstreams::Upstream& upstream) {
  auto door = std::make_unique<Server>(loop_);
  auto& front = door->front();
  front.options.maxBody = kMaxBody;
  front.options.maxConnections = kMaxConnections;
  front.options.accessLog = false;
  front.options.counted = false;
  std::random_device random;
  front.filters.push_back(std::make_unique<RequestId>(std::uint64_t{random()} << 32U | random()));
  front.filters.push_back(std::make_unique<ServerOptions>());
  front.router.add(routes::Pattern::parse("/*").value(), &upstream);
  return door;
}

}  // namespace bridge::server
