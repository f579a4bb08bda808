#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "loop/loop.h"

namespace bridge::upstreams {

/// The private folder of one server process, for request bodies that do not fit into memory and for what workers share.
///
/// `open` makes DIRECTORY/laravel-bridge-spool.XXXXXX (0700), holds a lock on it for as long as it lives, and removes
/// the folders of servers that are gone: those whose lock nobody holds. The folder is removed with the Spool, which
/// outlives every SpoolFile. The calls are synchronous: `open` before the loop runs, the destructor after it.
class Spool {
 public:
  /// `maxBytes` bounds all files together. Fails with InvalidSettings where the folder cannot be made or written.
  [[nodiscard]] static Result<std::unique_ptr<Spool>> open(const std::string& directory, std::uint64_t maxBytes);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Claims room for bytes that are about to be written; SpoolFull when the bound would be passed.
  [[nodiscard]] Result<void> reserve(std::uint64_t bytes);
  void release(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t reserved() const { return reserved_; }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// A path in the folder that was never given out before.
  [[nodiscard]] std::string nextPath();

 private:
  Spool(std::string folder, int lock, std::uint64_t maxBytes);

  std::string folder_;
  int lock_;
  std::uint64_t maxBytes_;
  std::uint64_t reserved_ = 0;
  std::uint64_t counter_ = 0;
};

/// The one of the settings, for a kind that begins. Where it cannot be opened there is none, and `onFatal` is told why
/// in a turn of the loop of its own.
[[nodiscard]] std::unique_ptr<Spool> beginSpool(loop::Loop& loop, const config::Settings& settings,
                                                const std::function<void(const Error&)>& onFatal);

}  // namespace bridge::upstreams
