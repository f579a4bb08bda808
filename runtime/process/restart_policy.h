#pragma once

#include <optional>

#include "base/clock.h"

namespace bridge::process {

/// Whether a process that ended is started again, and after how long: a pause that doubles with each end, and begins
/// anew after the process was healthy for a while. Pure: the time is an argument.
class RestartPolicy {
 public:
  enum class Again { always, onFailure, never };

  struct Options {
    Duration firstPause = Millis(100);
    Duration longestPause = Seconds(30);
    /// So long must it have been healthy for its end to count as the first one again.
    Duration healthyAfter = Seconds(10);
    /// So many ends in a row are a loop: one attempt each `loopPause` from then on. 0: never.
    int loopAfter = 0;
    Duration loopPause = Seconds(60);
    Again again = Again::always;
    /// The pause after an end without failure of a process that was healthy so long: to end is its way to work.
    std::optional<Duration> donePause{};
  };

  RestartPolicy() : RestartPolicy(Options{}) {}
  explicit RestartPolicy(const Options& options) : options_(options) {}

  /// The process serves since `now`.
  void healthy(Instant now);
  /// The process has ended, or could not be started: the pause before the next start. `failed` as in `wantsAgain`.
  [[nodiscard]] Duration ended(Instant now, bool failed = true);
  /// Whether a process that ended is to be started again; `failed`: not with exit code 0.
  [[nodiscard]] bool wantsAgain(bool failed) const {
    return options_.again == Again::always || (options_.again == Again::onFailure && failed);
  }
  /// Ends in a row without health between them.
  [[nodiscard]] int failures() const { return failures_; }
  /// It ends again and again.
  [[nodiscard]] bool loops() const { return options_.loopAfter > 0 && failures_ >= options_.loopAfter; }
  /// Forgets the failures: somebody has changed what made it fail.
  void reset();

 private:
  Options options_;
  std::optional<Instant> healthySince_;
  int failures_ = 0;
};

}  // namespace bridge::process
