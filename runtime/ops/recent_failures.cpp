#include "ops/recent_failures.h"

#include <utility>

namespace bridge::ops {

void RecentFailures::add(inspect::Failure failure) {
  failures_.push_front(std::move(failure));
  if (failures_.size() > limit_) {
    failures_.pop_back();
  }
}

}  // namespace bridge::ops
