#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"

namespace bridge::loop {

/// The event loop: one per thread, created first and destroyed last; every handle of this room refers to it and must be
/// destroyed before it.
///
/// All calls are made on the loop's thread. The first Loop makes the process ignore SIGPIPE, so that a write to a
/// closed peer is an error and no death.
class Loop {
 public:
  Loop();
  /// Calls `close` where that has not happened; aborts where a handle is still open, for its callbacks would run into
  /// freed memory.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop`, or until nothing is left that could happen. May be called again afterwards.
  void run();
  /// Ends `run` after the callbacks of this turn. Legal in every callback.
  void stop();

  /// The time at which this turn of the loop began, to the millisecond; timers count from it. Outside of `run` the
  /// current time.
  [[nodiscard]] Instant now() const;
  /// The time of this very moment, for measuring what takes less than a millisecond. Not before `now()`.
  [[nodiscard]] Instant preciseNow() const;
  /// Seconds since 1970.
  [[nodiscard]] double wallClock() const;

  /// Runs `work` once after the callbacks of this turn, before the loop sleeps; work deferred by deferred work still
  /// runs in the same turn. It cannot be taken back: `work` must itself see whether its subject still lives. What was
  /// not run when the loop closes is dropped.
  void defer(std::function<void()> work);

  /// Ends the loop after all handles have been destroyed: waits for what was begun and cannot be cancelled (a file
  /// operation, a killed child). False, at once, where a handle is still open.
  [[nodiscard]] bool close();

  /// For the other files of this room.
  struct Core;
  [[nodiscard]] Core& core() { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace bridge::loop
