#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/inspect.h"
#include "wire/tunnel_lines.h"

namespace bridge::upstreams {

/// How a job ended. `pid`: the worker that had it, 0 for none.
struct TunnelOutcome {
  wire::TunnelReply reply;
  pid_t pid = 0;
  /// From the start to the worker.
  Duration waited{};
};

/// Who asked for a job. Nothing is told inside a call to the job, and nothing after the job is destroyed; each of these
/// may destroy it.
class TunnelListener {
 public:
  /// Once, last. After `onStream`: the stream is complete, or broke off where the reply is not ok.
  virtual void onOutcome(TunnelOutcome outcome) = 0;
  /// The answer is bytes: once its head, then the pieces.
  virtual void onStream(wire::TunnelStreamHead head, pid_t pid) = 0;
  virtual void onChunk(Bytes data) = 0;
  /// About the body that is given to `TunnelRun::body`.
  virtual void onBodyFlow(bool paused) = 0;

 protected:
  ~TunnelListener() = default;
};

/// A job under way. Owned by the request it answers; destroying it gives the job up, and nothing is told any more.
class TunnelRun {
 public:
  virtual ~TunnelRun() = default;
  /// The body of a job that said that it follows.
  virtual void body(Bytes /*data*/) {}
  virtual void bodyEnd() {}
  /// Stops and resumes the flow of `onChunk`; none comes after a pause.
  virtual void pause() {}
  virtual void resume() {}
};

/// Runs tasks and events. Owned by the tunnel's kind.
class TunnelBackend {
 public:
  virtual ~TunnelBackend() = default;

  virtual void begin() {}
  /// Takes the settings as they are now.
  virtual void reload() {}
  /// As `Kind::stop`.
  virtual void stop(Duration patience, std::function<void()> done) = 0;
  /// Whether there is such a task or event; true where only a worker knows.
  [[nodiscard]] virtual bool has(wire::TunnelJob::Type /*type*/, std::string_view /*name*/) const { return true; }
  /// Whether a body may follow a job piece by piece; else it is complete, in a file, before the job runs.
  [[nodiscard]] virtual bool takesPieces() const { return true; }
  /// Of one that there is. `deadline`: the caller gives the job up then, unless a stream has begun; Instant::max() for
  /// never. The listener outlives the run.
  [[nodiscard]] virtual std::unique_ptr<TunnelRun> run(wire::TunnelJob job, Instant deadline,
                                                       TunnelListener& listener) = 0;
  [[nodiscard]] virtual std::vector<inspect::Child> children() const = 0;
  /// Jobs that wait for a worker.
  [[nodiscard]] virtual std::size_t waiting() const { return 0; }
};

}  // namespace bridge::upstreams
