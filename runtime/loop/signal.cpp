#include "loop/signal.h"

#include <utility>

#include "loop/handle.h"

namespace bridge::loop {

struct Signal::Core : Block<uv_signal_t> {
  using Block::Block;
  Slot<> callback;
};

Signal::Signal(Loop& loop, int number, std::function<void()> callback) : core_(new Core(loop)) {
  if (const int error = uv_signal_init(uvLoop(loop), &core_->uv); error != 0) {
    die("watch a signal", error);
  }
  core_->uv.data = core_;
  core_->callback.set(std::move(callback));
  const int error = uv_signal_start(
      &core_->uv, [](uv_signal_t* signal, int) { static_cast<Core*>(signal->data)->callback.call(); }, number);
  if (error != 0) {
    die("watch a signal", error);
  }
  uv_unref(core_->handle());
}

Signal::~Signal() {
  core_->callback.clear();
  release(core_);
}

}  // namespace bridge::loop
