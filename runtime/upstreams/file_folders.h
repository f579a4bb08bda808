#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "loop/file.h"

namespace bridge::upstreams {

/// Folders out of which files may be sent. What counts is where a file really is, after every symlink; that is asked of
/// the open file, so that nobody can swap a link between the question and the reading.
///
class FileFolders {
 public:
  explicit FileFolders(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  [[nodiscard]] bool empty() const { return folders_.empty(); }
  /// Whether it lies in one of the folders, and is not hidden beneath it.
  [[nodiscard]] bool show(const loop::OpenFile& file) const;
  /// A path as a program names it: an absolute one, or one that begins in a folder (with or without a slash at its
  /// front); the first that leads to a file. No `..`.
  [[nodiscard]] Result<loop::OpenFile> openNamed(std::string_view name) const;

 private:
  /// Where the file is, beneath the folder that holds it; empty where it lies in none.
  [[nodiscard]] std::string placeOf(const loop::OpenFile& file) const;

  std::vector<std::string> folders_;
};

/// Whether a relative path has a segment that begins with a dot (but for `.well-known` at its front), or names
/// something that PHP would run: what nginx's usual rules for Laravel hide.
[[nodiscard]] bool isHiddenFile(std::string_view path);

}  // namespace bridge::upstreams
