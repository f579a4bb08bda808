#include "server/door.h"

#include "server/filters/request_id.h"
#include "server/filters/server_options.h"

namespace bridge::server {

std::unique_ptr<Server> makeDoor(loop::Loop& loop, upstreams::Upstream& upstream, const DoorOptions& options) {
  auto door = std::make_unique<Server>(loop);
  auto& front = door->front();
  front.options.maxBody = options.maxBody;
  front.options.maxConnections = options.maxConnections;
  front.options.accessLog = false;
  front.options.counted = false;
  front.filters.push_back(std::make_unique<RequestId>());
  front.filters.push_back(std::make_unique<ServerOptions>());
  front.router.add(routes::Pattern::parse("/*").value(), &upstream);
  return door;
}

}  // namespace bridge::server
