#pragma once

#include <string>

#include "base/inspect.h"

namespace bridge::ops {

/// What goes on, in one line for people, without details of requests: what `systemctl status` shows.
[[nodiscard]] std::string statusLine(const inspect::Status& status);

}  // namespace bridge::ops
