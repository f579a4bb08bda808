#pragma once

#include <string>
#include <string_view>

namespace bridge {

/// The level of a log line; the names are those of LOG_LEVEL.
enum class Level { trace, debug, info, warn, error };

enum class ErrorCode {
#define ERROR(name, status, level, retry, meaning) name,
#include "base/error.def"
#undef ERROR
};

/// What `error.def` says of a code.
struct ErrorInfo {
  std::string_view name;
  int status;
  Level level;
  bool retryable;
  std::string_view meaning;
};

[[nodiscard]] const ErrorInfo& errorInfo(ErrorCode code);

/// A value that says what went wrong. `detail` is for the log and never reaches a client.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string detail;

  [[nodiscard]] const ErrorInfo& info() const { return errorInfo(code); }
  /// "WorkerDied: the worker ended before it answered (signal 9)", for the log.
  [[nodiscard]] std::string message() const;
};

/// An Io error from an errno value: "open /x: No such file or directory".
/// NoDescriptors where there are none left, else Io.
[[nodiscard]] Error errnoError(std::string_view what, int errorNumber);

}  // namespace bridge
