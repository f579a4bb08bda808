#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/inspect.h"
#include "base/result.h"
#include "config/settings.h"
#include "ops/recent_failures.h"
#include "upstreams/admin.h"
#include "upstreams/catalog.h"
#include "upstreams/reloaded.h"
#include "upstreams/route_table.h"

namespace bridge::upstreams {

/// What operators see and ask for, put together, and an upstream for each of their doors. Owned by main, which opens
/// the doors; outlives them.
class Operators {
 public:
  struct Parts {
    loop::Loop& loop;
    Catalog& catalog;
    const config::Settings& settings;
    const ops::RecentFailures& failures;
    std::function<inspect::Server(bool withRequests)> server;
    std::function<std::vector<inspect::Process>()> processes;
    /// As in AdminDesk.
    std::function<void(OnReloaded done)> reload;
    std::function<void()> stop;
  };

  explicit Operators(Parts parts);
  Operators(const Operators&) = delete;
  Operators& operator=(const Operators&) = delete;
  ~Operators() = default;

  /// For the socket that only this user can open, and for the TCP port.
  [[nodiscard]] Upstream& onSocket() { return onSocket_; }
  [[nodiscard]] Upstream& onPort() { return onPort_; }
  /// The health routes, on the main port, where HEALTH_ROUTES is on.
  void addProbes(RouteTable& routes);
  /// The picture of this moment; `withRows`: with every worker, request and failure.
  [[nodiscard]] inspect::Status status(bool withRows) const;

 private:
  Parts parts_;
  double startedAt_;
  AdminDesk desk_;
  Admin onSocket_;
  Admin onPort_;
  Admin probes_;
};

}  // namespace bridge::upstreams
