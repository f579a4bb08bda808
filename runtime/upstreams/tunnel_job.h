#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "loop/loop.h"
#include "upstreams/tunnel_backend.h"

namespace bridge::upstreams {

class TunnelWorker;

/// One job on its way to a worker and back: where it is, and what of its answer the client does not take yet.
///
/// Owned by its TunnelRun. The worker that has it knows it by its address, and is told by whoever destroys it
/// (`TunnelWorker::giveUp`).
class TunnelJobState {
 public:
  TunnelJobState(loop::Loop& loop, wire::TunnelJob theJob, Instant theDeadline, TunnelListener& listener)
      : job(std::move(theJob)), deadline(theDeadline), begun(loop.now()), loop_(loop), listener_(listener) {}

  wire::TunnelJob job;
  Instant deadline;
  Instant begun;
  Duration waited{};
  /// Null: it waits for one, or the worker is done with it.
  TunnelWorker* worker = nullptr;
  std::uint64_t id = 0;
  /// Its answer is a stream that has begun.
  bool streams = false;

  /// What the worker says, in this order; each may destroy this.
  void stream(wire::TunnelStreamHead head, pid_t pid);
  void chunk(Bytes data);
  void outcome(wire::TunnelReply reply, pid_t pid);
  void bodyFlow(bool paused) { listener_.onBodyFlow(paused); }

  /// Chunks are held from here on; they follow, in a later turn.
  void pause() { paused_ = true; }
  void resume();
  [[nodiscard]] std::size_t held() const { return heldBytes_; }

 private:
  void flush();

  loop::Loop& loop_;
  TunnelListener& listener_;
  bool paused_ = false;
  std::deque<Bytes> chunks_;
  std::size_t heldBytes_ = 0;
  std::optional<TunnelOutcome> outcome_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
