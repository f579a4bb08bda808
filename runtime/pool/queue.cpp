#include "pool/queue.h"

#include <algorithm>
#include <utility>

#include "loop/loop.h"

namespace bridge::pool {

struct Ticket::Waiter {
  std::string label;
  Queue::OnLease onLease;
  Instant since;
  Instant deadline;
  /// The list that holds it, with its place; none once it has been told or dropped.
  Queue::Waiters* list = nullptr;
  Queue::Waiters::iterator place;
};

Ticket& Ticket::operator=(Ticket&& other) noexcept {
  Ticket old(std::exchange(waiter_, std::exchange(other.waiter_, nullptr)));
  return *this;
}

Ticket::~Ticket() {
  if (waiter_ != nullptr) Queue::drop(*waiter_);
}

Ticket::operator bool() const { return waiter_ != nullptr && waiter_->list != nullptr; }

Queue::Queue(loop::Loop& loop, const Options& options) : loop_(loop), options_(options), timer_(loop) {}

Queue::~Queue() {
  *alive_ = false;
  for (const auto& waiter : waiters_) waiter->list = nullptr;
  for (const auto& waiter : refused_) waiter->list = nullptr;
}

Ticket Queue::lease(std::string label, OnLease onLease, Place place) {
  const std::size_t free = server_ == nullptr ? 0 : server_->free();
  Waiters& list = waiters_.size() >= options_.limit + free ? refused_ : waiters_;
  auto waiter = std::make_shared<Ticket::Waiter>();
  waiter->label = std::move(label);
  waiter->onLease = std::move(onLease);
  waiter->since = loop_.now();
  waiter->deadline = waiter->since + options_.timeout;
  waiter->list = &list;
  waiter->place = list.insert(place == Place::front ? list.begin() : list.end(), waiter);
  wake();
  return Ticket(std::move(waiter));
}

void Queue::failAll(const Error& error) {
  // Who comes while they are told is not meant.
  Waiters failed = std::move(waiters_);
  waiters_.clear();
  for (const auto& waiter : failed) waiter->list = &failed;
  while (!failed.empty()) tell(failed.front(), error);
}

void Queue::configure(const Options& options) { options_ = options; }

Duration Queue::oldestWait() const {
  Duration oldest{};
  for (const auto& waiter : waiters_) oldest = std::max(oldest, loop_.now() - waiter->since);
  return oldest;
}

void Queue::attach(QueueServer& server) {
  server_ = &server;
  if (!waiters_.empty()) wake();
}

void Queue::detach(const QueueServer& server) {
  if (server_ == &server) server_ = nullptr;
}

void Queue::serveFirst(const std::function<Lease(std::string label)>& make) {
  const auto waiter = waiters_.front();
  tell(waiter, make(std::move(waiter->label)));
}

void Queue::drop(Ticket::Waiter& waiter) {
  if (waiter.list == nullptr) return;
  // The list may hold the last reference.
  const auto kept = *waiter.place;
  std::exchange(waiter.list, nullptr)->erase(waiter.place);
}

void Queue::tell(const std::shared_ptr<Ticket::Waiter>& waiter, Result<Lease> result) {
  const auto kept = waiter;
  drop(*kept);
  // The callback may destroy the ticket, and with it what the callback refers to.
  const auto call = std::move(kept->onLease);
  call(std::move(result));
}

void Queue::wake() {
  if (std::exchange(waking_, true)) return;
  loop_.defer([this, alive = alive_] {
    if (*alive) wakeNow();
  });
}

void Queue::wakeNow() {
  waking_ = false;
  const auto alive = alive_;
  while (!refused_.empty()) {
    tell(refused_.front(),
         Error{ErrorCode::QueueFull, std::to_string(options_.limit) + " requests wait for a worker already"});
    if (!*alive) return;
  }
  if (!waiters_.empty() && server_ != nullptr) server_->serve();
  if (*alive) armTimer();
}

void Queue::armTimer() {
  if (waiters_.empty() || timer_.active()) return;
  const auto first = std::ranges::min_element(waiters_, {}, [](const auto& waiter) { return waiter->deadline; });
  timer_.start((*first)->deadline - loop_.now(), [this] { expire(); });
}

void Queue::expire() {
  const auto alive = alive_;
  const Instant now = loop_.now();
  while (*alive) {
    const auto late = std::ranges::find_if(waiters_, [now](const auto& waiter) { return waiter->deadline <= now; });
    if (late == waiters_.end()) break;
    tell(*late, Error{ErrorCode::QueueTimeout,
                      "no worker became free within " + std::to_string(toMillis(now - (*late)->since)) + " ms"});
  }
  if (*alive) armTimer();
}

}  // namespace bridge::pool
