#pragma once

#include <optional>
#include <string>

namespace bridge {

/// The value of an environment variable that is meant for this process alone, and the variable is gone: no child takes
/// it for its own. For the start of the program, before there are threads.
[[nodiscard]] std::optional<std::string> takeVariable(const char* name);

}  // namespace bridge
