#pragma once

#include <string>

namespace bridge::config {

/// What is wrong with a file that settings name.
struct FileProblem {
  /// From 1; 0: unknown.
  int line = 0;
  /// "/get/pets GET"; empty: the file as a whole.
  std::string where;
  std::string what;

  /// "line 3: /get/pets GET: channel is `pipe`; cmdline and stdin are supported".
  [[nodiscard]] std::string text() const {
    return (line > 0 ? "line " + std::to_string(line) + ": " : "") + (where.empty() ? "" : where + ": ") + what;
  }
};

}  // namespace bridge::config
