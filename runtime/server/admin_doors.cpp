#include "server/admin_doors.h"

#include <random>

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

Result<void> AdminDoors::open(const Options& options, upstreams::Upstream& onSocket, upstreams::Upstream& onPort) {
  if (!options.socket.empty()) {
    if (auto opened = openOne(socket_, "unix:" + options.socket, 0, onSocket); !opened.ok()) {
      return Error{ErrorCode::InvalidSettings, "ADMIN_SOCKET: " + opened.error().detail};
    }
  }
  if (!options.host.empty()) {
    if (auto opened = openOne(port_, options.host, options.port, onPort); !opened.ok()) {
      return Error{ErrorCode::InvalidSettings, "ADMIN_LISTEN: " + opened.error().detail};
    }
  }
  return {};
}

Result<void> AdminDoors::openOne(std::unique_ptr<Server>& door, const std::string& host, int port,
                                 upstreams::Upstream& upstream) {
  door = std::make_unique<Server>(loop_);
  auto& front = door->front();
  front.options.maxBody = kMaxBody;
  front.options.maxConnections = kMaxConnections;
  front.options.accessLog = false;
  front.options.counted = false;
  std::random_device random;
  front.filters.push_back(std::make_unique<RequestId>(std::uint64_t{random()} << 32U | random()));
  front.filters.push_back(std::make_unique<ServerOptions>());
  front.router.add(routes::Pattern::parse("/*").value(), &upstream);
  if (auto listening = door->listen(host, port, kOnlyThisUser); !listening.ok()) {
    return listening;
  }
  log::info("server", "operators on {}", door->address());
  return {};
}

}  // namespace bridge::server
