#include "upstreams/operators.h"

#include <utility>

#include "loop/loop.h"
#include "ops/status.h"

namespace bridge::upstreams {

Operators::Operators(Parts parts)
    : parts_(std::move(parts)),
      startedAt_(parts_.loop.wallClock()),
      desk_{.status = [this](bool withRows) { return status(withRows); }, .reload = parts_.reload, .stop = parts_.stop},
      onSocket_(parts_.loop, desk_, Admin::Reach::all),
      onPort_(parts_.loop, desk_, Admin::Reach::all, {.overTcp = true, .token = parts_.settings.adminToken}),
      probes_(parts_.loop, desk_, Admin::Reach::probes) {}

void Operators::addProbes(RouteTable& routes) {
  if (!parts_.settings.healthRoutes) {
    return;
  }
  for (const auto* path : {"/-/live", "/-/ready", "/-/startup"}) {
    routes.add(path, probes_, "HEALTH_ROUTES");
  }
}

inspect::Status Operators::status(bool withRows) const {
  inspect::Status status;
  status.server = parts_.server(withRows);
  parts_.catalog.inspect(status, withRows);
  status.processes = parts_.processes();
  if (withRows) {
    status.failures = parts_.failures.list();
  }
  ops::completeStatus(status, startedAt_, parts_.loop.wallClock());
  return status;
}

}  // namespace bridge::upstreams
