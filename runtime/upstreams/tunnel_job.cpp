#include "upstreams/tunnel_job.h"

#include <utility>

#include "upstreams/tunnel_worker.h"

namespace bridge::upstreams {

void TunnelJobState::stream(wire::TunnelStreamHead head, pid_t pid) {
  streams = true;
  listener_.onStream(std::move(head), pid);
}

void TunnelJobState::chunk(Bytes data) {
  if (data.empty()) {
    return;
  }
  if (paused_ || !chunks_.empty()) {
    heldBytes_ += data.size();
    chunks_.push_back(std::move(data));
  } else {
    listener_.onChunk(std::move(data));
  }
}

void TunnelJobState::outcome(wire::TunnelReply reply, pid_t pid) {
  worker = nullptr;
  TunnelOutcome outcome{.reply = std::move(reply), .pid = pid, .waited = waited};
  // What broke off is not mended by what came before.
  if (outcome.reply.ok && (paused_ || !chunks_.empty())) {
    outcome_ = std::move(outcome);
  } else {
    listener_.onOutcome(std::move(outcome));
  }
}

void TunnelJobState::resume() {
  paused_ = false;
  if (chunks_.empty() && !outcome_) {
    return;
  }
  loop_.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      flush();
    }
  });
}

void TunnelJobState::flush() {
  const auto alive = std::weak_ptr(alive_);
  while (!paused_ && !chunks_.empty()) {
    auto next = std::move(chunks_.front());
    chunks_.pop_front();
    heldBytes_ -= next.size();
    listener_.onChunk(std::move(next));
    if (alive.expired()) {
      return;
    }
  }
  if (worker != nullptr) {
    worker->outputTaken();
  }
  if (!paused_ && outcome_) {
    auto outcome = std::move(*outcome_);
    outcome_.reset();
    listener_.onOutcome(std::move(outcome));
  }
}

}  // namespace bridge::upstreams
