#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bridge::log {

using Time = std::chrono::system_clock::time_point;

/// "info", the name LOG_LEVEL has for it.
[[nodiscard]] std::string_view levelName(Level level);

/// `2026-01-02T03:04:05.678Z info  [server] text` with its line end; control bytes become \xNN so that it stays one
/// line. `coloured` paints the level for a terminal.
[[nodiscard]] std::string textLine(Time time, Level level, std::string_view room, std::string_view text,
                                   bool coloured = false);

/// {"time":...,"level":...,"room":...,"text":...} with its line end. Always valid JSON: in a text that is not UTF-8,
/// every byte above 0x7F becomes `?`.
[[nodiscard]] std::string jsonLine(Time time, Level level, std::string_view room, std::string_view text);

}  // namespace bridge::log
