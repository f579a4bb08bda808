#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/inspect.h"
#include "wire/tunnel_lines.h"

namespace bridge::upstreams {

/// How a job ended; the id in the reply means nothing. `pid`: the worker that had it, 0 for none.
struct TunnelOutcome {
  wire::TunnelReply reply;
  pid_t pid = 0;
  /// From the start to the worker.
  Duration waited{};
};

/// A job under way. Owned by the request it answers; destroying it gives the job up, and nothing is told any more.
class TunnelRun {
 public:
  virtual ~TunnelRun() = default;
};

/// Runs tasks and events. Owned by the tunnel's kind.
class TunnelBackend {
 public:
  /// Comes once, never inside `run`, and may destroy the run.
  using Done = std::function<void(TunnelOutcome)>;

  virtual ~TunnelBackend() = default;

  virtual void begin() {}
  /// Takes the settings as they are now.
  virtual void reload() {}
  /// As `Kind::stop`.
  virtual void stop(Duration patience, std::function<void()> done) = 0;
  /// Whether there is such a task or event; true where only a worker knows.
  [[nodiscard]] virtual bool has(wire::TunnelJob::Type /*type*/, std::string_view /*name*/) const { return true; }
  /// Of one that there is. `deadline`: the caller gives the job up then; Instant::max() for never.
  [[nodiscard]] virtual std::unique_ptr<TunnelRun> run(wire::TunnelJob job, Instant deadline, Done done) = 0;
  [[nodiscard]] virtual std::vector<inspect::Child> children() const = 0;
  /// Jobs that wait for a worker.
  [[nodiscard]] virtual std::size_t waiting() const { return 0; }
};

}  // namespace bridge::upstreams
