#pragma once

#include "config/command_line.h"
#include "config/settings.h"

namespace bridge {

/// Looks at the files that the settings name and prints which paths go where; the result is the exit code.
[[nodiscard]] int check(config::Settings& settings, const config::CommandLine& commandLine);

/// Serves until it is told to end: builds the objects in order, joins them, and runs the loop. The result is the exit
/// code. `settings` are changed in place by a reload, which reads the flags again as the strongest source.
[[nodiscard]] int serve(config::Settings& settings, const config::CommandLine& commandLine);

}  // namespace bridge
