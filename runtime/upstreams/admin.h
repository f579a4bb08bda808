#pragma once

#include <functional>
#include <memory>

#include "base/inspect.h"
#include "base/result.h"
#include "upstreams/admin_access.h"
#include "upstreams/reloaded.h"
#include "upstreams/upstream.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

/// What operators see and can ask for. Given by main.
struct AdminDesk {
  /// The picture of this moment; `withRows`: with every worker, request and failure.
  std::function<inspect::Status(bool withRows)> status;
  /// One at a time: who asks while one is under way gets another one after it.
  std::function<void(OnReloaded done)> reload;
  /// Begins to stop; called again, stops at once.
  std::function<void()> stop;
};

/// Answers operators and probes without PHP: health, status, metrics, reload, stop, all below `/-/`.
///
/// One for each door: the Unix socket and the TCP port of the operators, and the main port, where only probes are
/// answered. Owned by main; `desk` outlives it.
class Admin final : public Upstream {
 public:
  enum class Reach { probes, all };

  Admin(loop::Loop& loop, const AdminDesk& desk, Reach reach, AdminAccess access = {});

  [[nodiscard]] std::string_view kind() const override { return "operators"; }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  loop::Loop& loop_;
  const AdminDesk& desk_;
  Reach reach_;
  AdminAccess access_;
};

}  // namespace bridge::upstreams
