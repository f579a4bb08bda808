#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bridge::config {

/// Which files of an application are watched: by patterns such as `app` (a file, or all below a folder),
/// `config/*.php` and `resources/**/*.php` (at any depth). All paths start at the application's folder.
///
/// Left out, unless a pattern begins inside of them: vendor, storage, bootstrap/cache, folders named node_modules, and
/// those whose name begins with a dot. Left out, unless a pattern names them: what editors keep beside a file.
class WatchList {
 public:
  explicit WatchList(const std::vector<std::string>& patterns);

  /// Whether a change of this file counts.
  [[nodiscard]] bool wants(std::string_view path) const;
  /// Whether such files may be in this folder, or below.
  [[nodiscard]] bool enters(std::string_view folder) const;

 private:
  struct Pattern {
    std::string text;
    /// The folders, or the file, before the first wildcard.
    std::string fixed;
    bool wild = false;
    /// Whether it can match below folders in `fixed`.
    bool deep = false;
  };

  std::vector<Pattern> patterns_;
};

}  // namespace bridge::config
