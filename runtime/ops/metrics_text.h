#pragma once

#include <string>

#include "base/inspect.h"

namespace bridge::ops {

/// All metrics in Prometheus' text format: what was counted on the way, and what the status shows at this moment.
[[nodiscard]] std::string metricsText(const inspect::Status& status);

}  // namespace bridge::ops
