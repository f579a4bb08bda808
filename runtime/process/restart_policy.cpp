#include "process/restart_policy.h"

#include <algorithm>

namespace bridge::process {

void RestartPolicy::healthy(Instant now) {
  if (!healthySince_) {
    healthySince_ = now;
  }
}

Duration RestartPolicy::ended(Instant now, bool failed) {
  const bool healthy = healthySince_ && now - *healthySince_ >= options_.healthyAfter;
  healthySince_.reset();
  if (healthy) {
    failures_ = 0;
    if (!failed && options_.donePause) {
      return *options_.donePause;
    }
  }
  auto pause = options_.firstPause;
  for (int i = 0; i < failures_ && pause < options_.longestPause; ++i) {
    pause *= 2;
  }
  ++failures_;
  if (loops()) {
    return options_.loopPause;
  }
  return std::min(pause, options_.longestPause);
}

void RestartPolicy::reset() {
  failures_ = 0;
  healthySince_.reset();
}

}  // namespace bridge::process
