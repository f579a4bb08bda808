#pragma once

// Shared by the sources of this room, included by no header: what stands between our classes and libuv's handles.

#include <uv.h>

#include <functional>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "loop/loop.h"

namespace bridge::loop {

/// What libuv refuses where that can only be a broken invariant, or a start without descriptors.
[[noreturn]] void die(std::string_view what, int uvError);

/// libuv's error values are negated errno values.
[[nodiscard]] inline Error uvError(std::string_view what, int error) { return errnoError(what, -error); }

/// A callback that may be replaced or dropped while it runs: what it captured lives until it has returned. The Slot
/// itself must outlive the call, which a handle's block does, for libuv frees it only after the callbacks of the turn.
template <class... Args>
class Slot {
 public:
  void set(std::function<void(Args...)> callback) {
    if (running_) {
      next_ = std::move(callback);
      replaced_ = true;
    } else {
      callback_ = std::move(callback);
    }
  }
  void clear() { set(nullptr); }
  void call(Args... args) {
    if (!callback_ || replaced_) {
      return;
    }
    running_ = true;
    callback_(std::move(args)...);
    running_ = false;
    if (replaced_) {
      replaced_ = false;
      callback_ = std::exchange(next_, nullptr);
    }
  }

 private:
  std::function<void(Args...)> callback_;
  std::function<void(Args...)> next_;
  bool running_ = false;
  bool replaced_ = false;
};

/// A handle and what belongs to it, on the heap because libuv needs it until its close callback. The wrapper owns it
/// and gives it up with `release`.
template <class Uv>
struct Block {
  explicit Block(Loop& owner) : loop(owner) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  [[nodiscard]] uv_handle_t* handle() { return reinterpret_cast<uv_handle_t*>(&uv); }

  Uv uv{};
  Loop& loop;
  /// The wrapper is gone: no callback may run any more.
  bool released = false;
  bool closing = false;
  bool closed = false;

 protected:
  ~Block() = default;
};

/// Closes the handle; the block stays until it is released.
template <class Core>
void closeHandle(Core* core) {
  if (core->closing) {
    return;
  }
  core->closing = true;
  core->handle()->data = core;
  uv_close(core->handle(), [](uv_handle_t* handle) {
    auto* closed = static_cast<Core*>(handle->data);
    closed->closed = true;
    if (closed->released) {
      delete closed;
    }
  });
}

/// The wrapper's last act.
template <class Core>
void release(Core* core) {
  core->released = true;
  if (core->closed) {
    delete core;
  } else {
    closeHandle(core);
  }
}

struct Loop::Core {
  uv_loop_t uv{};
  /// Deferred work runs before the loop sleeps and after it has served what woke it; `busy` keeps it from sleeping.
  uv_prepare_t prepare{};
  uv_check_t check{};
  uv_idle_t busy{};
  std::vector<std::function<void()>> deferred;
  /// Where every stream of the loop reads into.
  std::unique_ptr<char[]> readBuffer;
  std::unordered_set<int> children;
  /// Killed children whose wrapper is gone and which are not reaped yet.
  int dying = 0;
  bool running = false;
  bool closing = false;
  bool closed = false;
};

/// What one read takes at most: the first, and those that follow one which was full.
constexpr std::size_t kFirstRead = 64U << 10U;
constexpr std::size_t kReadBuffer = 256U << 10U;

[[nodiscard]] inline uv_loop_t* uvLoop(Loop& loop) { return &loop.core().uv; }

}  // namespace bridge::loop
