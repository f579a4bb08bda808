#pragma once

#include <string>

#include "base/inspect.h"

namespace bridge::ops {

/// The status as one HTML page that needs nothing else, reads well on a phone and loads itself anew.
[[nodiscard]] std::string statusPage(const inspect::Status& status);

}  // namespace bridge::ops
