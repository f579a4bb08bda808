#include "upstreams/reload_watch.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"

namespace bridge::upstreams {

ReloadWatch::ReloadWatch(loop::Loop& loop, Options options, std::function<void(std::function<void()> done)> reload)
    : loop_(loop), options_(std::move(options)), list_(options_.patterns), reload_(std::move(reload)), timer_(loop) {
  open();
}

ReloadWatch::~ReloadWatch() = default;

void ReloadWatch::open() {
  unwatched_ = 0;
  poll_.reset();
  tree_ = std::make_unique<loop::TreeWatch>(
      loop_, options_.root,
      loop::TreeWatch::Events{.enter = [this](const std::string& folder) { return list_.enters(folder); },
                              .onChange = [this](const std::string& path) { onChange(path); },
                              .onError = [this](const Error& error) { onError(error); }});
  if (!poll_) {
    log::info("watch", "a change in {} makes a reload ({} folders are watched)", log::escape(options_.root),
              tree_->folders());
  }
}

/// Instead of the watch, and not only for the folders that it could not watch: which these are changes.
void ReloadWatch::poll() {
  poll_ = std::make_unique<loop::TreePoll>(
      loop_, options_.root, options_.look,
      loop::TreePoll::Events{.enter = [list = list_](const std::string& folder) { return list.enters(folder); },
                             .onChange = [this](const std::string& path) { onChange(path); }});
  // It may be the one that has just told that it cannot watch.
  loop_.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired() && poll_) {
      tree_.reset();
    }
  });
}

void ReloadWatch::update(Options options) {
  const bool same = options.root == options_.root && options.patterns == options_.patterns;
  options_ = std::move(options);
  if (!same || !(poll_ ? poll_->current() : tree_->current())) {
    list_ = config::WatchList(options_.patterns);
    open();
  }
}

void ReloadWatch::onError(const Error& error) {
  if (poll_) {
    return;
  }
  if (error.code == ErrorCode::NoDescriptors) {
    log::warn("watch", "{}; until then the files are looked at every {:g} s", log::escape(error.detail),
              toMillis(options_.look) / 1000);
    poll();
    return;
  }
  // One line is enough: the others have the same reason.
  if (unwatched_++ == 0) {
    log::error("watch", "{}; some changes will not be noticed, laravel-bridge reload does the same by hand",
               log::escape(error.detail));
  }
}

void ReloadWatch::onChange(const std::string& path) {
  if (!list_.wants(path)) {
    return;
  }
  if (changes_++ == 0) {
    first_ = path;
    since_ = loop_.now();
  }
  arm();
}

void ReloadWatch::arm() {
  if (!reloading_) {
    timer_.start(std::clamp(since_ + options_.longest - loop_.now(), Duration::zero(), options_.quiet),
                 [this] { fire(); });
  }
}

void ReloadWatch::fire() {
  log::info("watch", "{} has changed{}: reload", log::escape(first_),
            changes_ > 1 ? fmt::format(", and {} more changes", changes_ - 1) : "");
  changes_ = 0;
  reloading_ = true;
  reload_([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) {
      return;
    }
    reloading_ = false;
    // What has changed meanwhile may not be in it.
    if (changes_ > 0) {
      arm();
    }
  });
}

}  // namespace bridge::upstreams
