#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "loop/timer.h"

namespace bridge::loop {

/// Looks through the files of a folder and the folders below it again and again, on another thread: for where a
/// TreeWatch cannot be had. What is changed and changed back between two looks is not seen. Links to folders are not
/// followed, but for the root. Owned by whoever reacts, destroyed before the Loop.
class TreePoll {
 public:
  struct Events {
    /// Whether to look into a folder, by its path below the root: "app/Models". Called on the other thread, perhaps
    /// after the end of the TreePoll: may only read what it holds itself.
    std::function<bool(const std::string& folder)> enter;
    /// A file was changed, made or removed, by its path below the root. May destroy the TreePoll.
    std::function<void(const std::string& path)> onChange;
  };

  /// The first look begins at once; what changes after it is told.
  TreePoll(Loop& loop, std::string root, Duration pause, Events events);
  ~TreePoll();
  TreePoll(const TreePoll&) = delete;
  TreePoll& operator=(const TreePoll&) = delete;

  /// Whether the root, by its name, is still the folder that is looked through, and no link to another one by now.
  [[nodiscard]] bool current() const;

 private:
  /// What tells a changed file.
  struct Stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    std::int64_t modified;
    std::int64_t changed;
    bool operator==(const Stamp&) const = default;
  };
  /// By their paths below the root.
  using Files = std::map<std::string, Stamp>;
  struct Look;

  static void list(const std::string& root, const std::string& folder,
                   const std::function<bool(const std::string&)>& enter, Files& files);
  void look();
  void onLooked(Files files);

  Loop& loop_;
  /// As it was given, and the folder that it led to at the beginning.
  std::string name_;
  std::string root_;
  Duration pause_;
  Events events_;
  bool begun_ = false;
  Files files_;
  /// The one that is under way.
  Look* look_ = nullptr;
  Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::loop
