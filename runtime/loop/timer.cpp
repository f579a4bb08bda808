#include "loop/timer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "loop/handle.h"

namespace bridge::loop {

struct Timer::Core : Block<uv_timer_t> {
  using Block::Block;
  Slot<> callback;

  void arm(Duration delay, bool again) {
    if (!loop.core().running) {
      uv_update_time(uvLoop(loop));
    }
    const auto millis = std::max<std::int64_t>(0, std::chrono::ceil<Millis>(delay).count());
    // libuv takes an interval of 0 for "once".
    const auto interval = again ? std::max<std::int64_t>(1, millis) : 0;
    uv_timer_start(
        &uv, [](uv_timer_t* timer) { static_cast<Core*>(timer->data)->callback.call(); },
        static_cast<std::uint64_t>(millis), static_cast<std::uint64_t>(interval));
  }
};

Timer::Timer(Loop& loop) : core_(new Core(loop)) {
  uv_timer_init(uvLoop(loop), &core_->uv);
  core_->uv.data = core_;
}

Timer::~Timer() {
  core_->callback.clear();
  release(core_);
}

void Timer::start(Duration delay, std::function<void()> callback) {
  core_->callback.set(std::move(callback));
  core_->arm(delay, false);
}

void Timer::repeat(Duration interval, std::function<void()> callback) {
  core_->callback.set(std::move(callback));
  core_->arm(interval, true);
}

void Timer::restart(Duration delay) { core_->arm(delay, false); }

void Timer::stop() { uv_timer_stop(&core_->uv); }

bool Timer::active() const { return uv_is_active(core_->handle()) != 0; }

}  // namespace bridge::loop
