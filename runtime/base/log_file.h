#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bridge::log {

/// A file that lines are appended to, and that is moved aside when it has grown: `path` to `path.1`, that to `path.2`,
/// and so on; the oldest is removed. Used by one thread at a time. After `open` nothing fails toward the caller: what
/// cannot be written is lost, and the file is tried again with the next line.
class LogFile {
 public:
  /// `maxBytes` 0: never rotated.
  LogFile(std::string path, std::size_t maxBytes, std::size_t maxFiles);
  ~LogFile();
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  /// Creates the folder and opens the file. Called again it opens the path anew (it may have been renamed or removed);
  /// if that fails, the file that is open stays in use.
  [[nodiscard]] Result<void> open();

  /// Whole lines with their ends.
  void write(std::string_view lines);

 private:
  void rotate();

  std::string path_;
  std::size_t maxBytes_;
  std::size_t maxFiles_;
  int file_ = -1;
  std::size_t size_ = 0;
  /// A line was cut in the middle (full disk); the next write begins with a line end.
  bool torn_ = false;
};

}  // namespace bridge::log
