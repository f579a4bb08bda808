#include "upstreams/exec_slots.h"

#include "loop/loop.h"

namespace bridge::upstreams {

ExecSlot::~ExecSlot() {
  if (slots_ != nullptr) {
    slots_->giveBack();
  }
}

ExecSlots::ExecSlots(loop::Loop& loop, std::size_t limit, const pool::Queue::Options& options)
    : loop_(loop), limit_(limit), queue_(loop, options) {
  queue_.attach(*this);
}

ExecSlots::~ExecSlots() { queue_.detach(*this); }

pool::Ticket ExecSlots::take(std::string label, std::function<void(Result<ExecSlot>)> onSlot) {
  return queue_.lease({.label = std::move(label)}, [this, onSlot = std::move(onSlot)](const Result<pool::Lease>& turn) {
    onSlot(turn.ok() ? Result<ExecSlot>(ExecSlot(*this)) : turn.error());
  });
}

void ExecSlots::configure(std::size_t limit, const pool::Queue::Options& options) {
  limit_ = limit;
  queue_.configure(options);
  serveSoon();
}

void ExecSlots::serve() {
  while (free() > 0 && queue_.waiting() > 0) {
    ++taken_;
    // It is its turn; there is no worker to be lent.
    (void)queue_.serveFirst([](const pool::Order&) { return true; },
                            [](const pool::Order&, const pool::Seat&) { return pool::Lease(); });
  }
}

void ExecSlots::giveBack() {
  --taken_;
  serveSoon();
}

void ExecSlots::serveSoon() {
  loop_.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      serve();
    }
  });
}

}  // namespace bridge::upstreams
