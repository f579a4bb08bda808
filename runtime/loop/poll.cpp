#include "loop/poll.h"

#include <utility>

#include "loop/handle.h"

namespace bridge::loop {

struct Poll::Core : Block<uv_poll_t> {
  using Block::Block;
  Slot<> callback;
};

Result<std::unique_ptr<Poll>> Poll::open(Loop& loop, int descriptor) {
  auto core = std::make_unique<Core>(loop);
  // A handle that could not be initialised is not in the loop and is not closed.
  if (const int error = uv_poll_init(uvLoop(loop), &core->uv, descriptor); error != 0) {
    return uvError("watch a descriptor", error);
  }
  core->uv.data = core.get();
  return std::unique_ptr<Poll>(new Poll(core.release()));
}

Poll::~Poll() {
  core_->callback.clear();
  release(core_);
}

void Poll::start(For what, std::function<void()> callback) {
  core_->callback.set(std::move(callback));
  const int error = uv_poll_start(&core_->uv, what == For::reading ? UV_READABLE : UV_WRITABLE,
                                  [](uv_poll_t* poll, int, int) { static_cast<Core*>(poll->data)->callback.call(); });
  if (error != 0) {
    die("watch a descriptor", error);
  }
}

void Poll::stop() { uv_poll_stop(&core_->uv); }

bool Poll::active() const { return uv_is_active(core_->handle()) != 0; }

}  // namespace bridge::loop
