#pragma once

#include <optional>

#include "base/clock.h"

namespace bridge::process {

/// How long to wait before a process that ended is started again: a pause that doubles with each end, and begins anew
/// after the process was healthy for a while. Pure: the time is an argument.
class RestartPolicy {
 public:
  struct Options {
    Duration firstPause = Millis(100);
    Duration longestPause = Seconds(30);
    /// So long must it have been healthy for its end to count as the first one again.
    Duration healthyAfter = Seconds(10);
  };

  RestartPolicy() : RestartPolicy(Options{}) {}
  explicit RestartPolicy(const Options& options) : options_(options) {}

  /// The process serves since `now`.
  void healthy(Instant now);
  /// The process has ended, or could not be started: the pause before the next start.
  [[nodiscard]] Duration ended(Instant now);
  /// Ends in a row without health between them.
  [[nodiscard]] int failures() const { return failures_; }
  /// Forgets the failures: somebody has changed what made it fail.
  void reset();

 private:
  Options options_;
  std::optional<Instant> healthySince_;
  int failures_ = 0;
};

}  // namespace bridge::process
