#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "base/inspect.h"
#include "wire/messages.h"

namespace bridge::upstreams {

/// What the detectors in the workers of one generation have found (DETECT): each place once, however many workers tell
/// of it. Owned by the Generation, and gone with it: a reload brings other code.
class Findings {
 public:
  /// Logs what is new, or worse than it was.
  void add(pid_t worker, const std::vector<wire::Finding>& findings);
  /// In the order in which they came.
  [[nodiscard]] const std::vector<inspect::Finding>& all() const { return findings_; }

 private:
  /// More than this is no list that anybody reads.
  static constexpr std::size_t kMost = 500;

  std::vector<inspect::Finding> findings_;
};

}  // namespace bridge::upstreams
