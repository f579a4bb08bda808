#pragma once

#include "config/settings.h"

namespace bridge {

/// Serves until it is told to end: builds the objects in order, joins them, and runs the loop. The result is the exit
/// code. `settings` are changed in place by a reload, which reads `flags` again as the strongest source.
[[nodiscard]] int serve(config::Settings& settings, const config::Variables& flags);

}  // namespace bridge
