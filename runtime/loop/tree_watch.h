#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "loop/fs_watch.h"

namespace bridge::loop {

/// Watches a folder and the folders below it, also those that come later, through inotify: one watch for each folder.
/// Links to folders are not followed, but for the root. Owned by whoever reacts, destroyed before the Loop.
class TreeWatch {
 public:
  struct Events {
    /// Whether to look into a folder, by its path below the root: "app/Models". Must not destroy the TreeWatch.
    std::function<bool(const std::string& folder)> enter;
    /// A file was changed, made or removed, or a folder is gone; by its path below the root. Bursts are not merged. May
    /// destroy the TreeWatch.
    std::function<void(const std::string& path)> onChange;
    /// A folder cannot be watched, and why, in words for an operator. Must not destroy the TreeWatch.
    std::function<void(const Error&)> onError;
  };

  /// Begins with what is there, which blocks for as long as it takes to list those folders.
  TreeWatch(Loop& loop, std::string root, Events events);
  ~TreeWatch();
  TreeWatch(const TreeWatch&) = delete;
  TreeWatch& operator=(const TreeWatch&) = delete;

  [[nodiscard]] std::size_t folders() const { return folders_.size(); }
  /// Whether the root, by its name, is still the folder that is watched, and no link to another one by now.
  [[nodiscard]] bool current() const;

 private:
  struct Folder {
    dev_t device = 0;
    ino_t inode = 0;
    std::unique_ptr<FsWatch> watch;
  };

  [[nodiscard]] std::string absolute(const std::string& path) const {
    return path.empty() ? root_ : root_ + "/" + path;
  }
  /// Watches the folder and those below it, and appends the files in them to `files`.
  void add(const std::string& path, std::vector<std::string>& files);
  void remove(const std::string& path);
  void onEvent(const std::string& folder, const std::string& name);
  void onEntry(const std::string& path);
  /// One after the other, as long as nobody destroys this object.
  void tell(const std::vector<std::string>& paths);

  Loop& loop_;
  std::string root_;
  Events events_;
  /// By their paths below the root, which is "".
  std::map<std::string, Folder> folders_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::loop
