#pragma once

#include <spdlog/fmt/fmt.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"

namespace bridge::log {

enum class Format { text, json };

struct Options {
  Level level = Level::info;
  Format format = Format::text;
  /// Folder of `server.log`; empty: stderr only.
  std::string directory;
  /// Rotation: bytes per file and files kept beside the current one.
  std::size_t maxBytes = 50U << 20U;
  std::size_t maxFiles = 5;
  bool toStderr = true;
};

/// Starts the asynchronous log (a bounded queue and one writer thread). Before it, and after `stop`, lines go to
/// stderr. Fails when the folder cannot be created or written.
[[nodiscard]] Result<void> start(const Options& options);
/// Writes what is queued and ends the writer thread.
void stop();
/// Opens the file anew (SIGUSR1, for logrotate).
void reopen();
void setLevel(Level level);
[[nodiscard]] bool enabled(Level level);
/// Lines that did not fit into the queue since the start.
[[nodiscard]] std::uint64_t droppedLines();

/// Bytes that came from outside, made safe for one log line: everything outside 0x20-0x7E, `"` and `\` becomes \xNN,
/// \" or \\.
[[nodiscard]] std::string escape(std::string_view foreign);

/// The same for names in code, `App\Http\Kernel`: a backslash stays single where it cannot be taken for the beginning
/// of an escape. Still told apart from each other are any two texts.
[[nodiscard]] std::string escapeCode(std::string_view foreign);

/// How stderr shows what is meant for a person: whether it is a terminal, in a log of text, and whether that wants
/// colours (no NO_COLOR, no dumb TERM).
struct Terminal {
  bool watched = false;
  bool coloured = false;
};
[[nodiscard]] Terminal terminal();

/// One line. `room` names the writer ("server", "pool", ...); `text` holds nothing unescaped from outside.
void write(Level level, std::string_view room, std::string_view text);
/// The same, where a terminal shows another line in its place; `shown` holds nothing unescaped from outside, either.
void write(Level level, std::string_view room, std::string_view text, std::string_view shown);

template <class... Args>
void trace(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::trace)) write(Level::trace, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void debug(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warn)) write(Level::warn, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::error)) write(Level::error, room, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace bridge::log
