#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/inspect.h"

namespace bridge::ops {

/// An answer to a probe: yes, or why not. The reasons name states only, so that anybody may read them.
struct Health {
  std::vector<std::string_view> reasons;

  [[nodiscard]] bool ok() const { return reasons.empty(); }
  /// 200, or 503.
  [[nodiscard]] int status() const { return ok() ? 200 : 503; }
  /// {"status":"ok"} or {"status":"unavailable","reasons":[...]}.
  [[nodiscard]] std::string json() const;
};

/// `/-/live`: whoever can ask has a running loop before them.
[[nodiscard]] Health live();
/// `/-/ready`: requests can be sent here. At least one worker has booted, the queue has room, no kind
/// says no, and the server is not
/// stopping.
[[nodiscard]] Health ready(const inspect::Status& status);
/// `/-/startup`: the application has booted. Stays yes while a later generation comes up.
[[nodiscard]] Health startup(const inspect::Status& status);

}  // namespace bridge::ops
