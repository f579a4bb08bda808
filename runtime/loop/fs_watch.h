#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace bridge::loop {

class Loop;

/// Watches one file or folder (not what is below its folders) through inotify. Owned by whoever reacts; destroying it
/// ends the watch. A watched file that is replaced by a rename must be watched anew: watch its folder instead.
class FsWatch {
 public:
  /// The name inside the folder; the last part of `path` where the file or folder itself is meant. Bursts are not
  /// merged.
  using OnChange = std::function<void(const std::string& name)>;

  /// NoDescriptors where a limit of inotify is reached: the error says what to do.
  [[nodiscard]] static Result<std::unique_ptr<FsWatch>> open(Loop& loop, const std::string& path, OnChange onChange);
  ~FsWatch();
  FsWatch(const FsWatch&) = delete;
  FsWatch& operator=(const FsWatch&) = delete;

 private:
  struct Core;
  explicit FsWatch(Core* core) : core_(core) {}
  Core* core_;
};

}  // namespace bridge::loop
