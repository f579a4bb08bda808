#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "config/watch_list.h"
#include "loop/timer.h"
#include "loop/tree_poll.h"
#include "loop/tree_watch.h"

namespace bridge::upstreams {

/// Asks for a reload when files of the application change: once they have been quiet for a moment, and never twice at
/// the same time. For development. Owned by main, destroyed before the Loop.
class ReloadWatch {
 public:
  struct Options {
    /// The application's folder, perhaps a link to it.
    std::string root;
    /// As config::WatchList reads them.
    std::vector<std::string> patterns;
    /// So long must nothing change, but the reload comes at the latest after `longest`.
    Duration quiet = Millis(200);
    Duration longest = Seconds(2);
    /// Between two looks, where no more files can be watched.
    Duration look = Seconds(1);
  };

  /// `reload` is told what to call when the reload has ended, however that was.
  ReloadWatch(loop::Loop& loop, Options options, std::function<void(std::function<void()> done)> reload);
  ~ReloadWatch();
  ReloadWatch(const ReloadWatch&) = delete;
  ReloadWatch& operator=(const ReloadWatch&) = delete;

  /// After a reload: watches what the root is now, where it is a link that was switched, in the way of `options`.
  void update(Options options);

 private:
  void open();
  void onChange(const std::string& path);
  void onError(const Error& error);
  void poll();
  void arm();
  void fire();

  loop::Loop& loop_;
  Options options_;
  config::WatchList list_;
  std::function<void(std::function<void()>)> reload_;
  /// One of them: `poll_` where inotify has reached a limit.
  std::unique_ptr<loop::TreeWatch> tree_;
  std::unique_ptr<loop::TreePoll> poll_;
  std::size_t unwatched_ = 0;
  /// The first change that was not followed by a reload yet, how many there were, and since when.
  std::string first_;
  std::size_t changes_ = 0;
  Instant since_{};
  bool reloading_ = false;
  loop::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
