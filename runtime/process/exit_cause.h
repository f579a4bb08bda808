#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "loop/child.h"

namespace bridge::process {

/// Why a process is no more.
struct ExitCause {
  loop::ExitStatus status;
  /// It never ran.
  std::optional<Error> notStarted;
  /// It was asked to stop.
  bool requested = false;
  loop::ResourceUsage usage{};
  Duration lived{};
  /// The last lines that it wrote, escaped for the log.
  std::vector<std::string> lastWords;

  /// Otherwise than with exit code 0.
  [[nodiscard]] bool failed() const { return notStarted || status != loop::ExitStatus{}; }
  /// "exit code 1", "signal 9 (SIGKILL)", "start php: No such file or directory".
  [[nodiscard]] std::string text() const;
  /// The same with the last words: `exit code 1, its last words: "…" "…"`.
  [[nodiscard]] std::string textWithLastWords() const;
};

}  // namespace bridge::process
