#pragma once

#include <functional>

#include "base/clock.h"

namespace bridge::loop {

class Loop;

/// Calls back after a while. Owned by whoever waits, destroyed before the Loop; destroying it stops it, also from
/// inside its own callback. Counts in whole milliseconds (rounded up) from the start of the loop's turn.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Once, after `delay`; replaces what was waited for.
  void start(Duration delay, std::function<void()> callback);
  /// Every `interval`, the first time after one interval.
  void repeat(Duration interval, std::function<void()> callback);
  /// Once, after `delay`, with the callback of the last `start` or `repeat`. Allocates nothing: for timers that are
  /// moved on with every request. Illegal before the first `start`.
  void restart(Duration delay);
  /// Nothing is called any more; the callback is kept for `restart`.
  void stop();
  [[nodiscard]] bool active() const;

 private:
  struct Core;
  Core* core_;
};

}  // namespace bridge::loop
