#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "base/inspect.h"

namespace bridge::ops {

/// The last requests that ended with an error, for the status. Owned by main; written by the front door.
class RecentFailures {
 public:
  explicit RecentFailures(std::size_t limit = 50) : limit_(limit) {}

  void add(inspect::Failure failure);
  /// The last first.
  [[nodiscard]] std::vector<inspect::Failure> list() const { return {failures_.begin(), failures_.end()}; }

 private:
  std::size_t limit_;
  std::deque<inspect::Failure> failures_;
};

}  // namespace bridge::ops
