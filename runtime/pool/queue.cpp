#include "pool/queue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "loop/loop.h"

namespace bridge::pool {

/// How soon deadlines hold again that a debugger has put off.
constexpr Duration kPatienceCheck = Seconds(1);

struct Ticket::Waiter {
  Order order;
  Queue::OnLease onLease;
  /// While it waits in it, and not among the refused.
  std::shared_ptr<Lane> lane;
  /// The queue's count of those who wait for a fresh worker, this one included.
  std::shared_ptr<std::size_t> fresh;
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

Queue::Queue(loop::Loop& loop, const Options& options) : loop_(loop), options_(options), timer_(loop) {
  setLanes(options.lanes);
}

Queue::~Queue() {
  *alive_ = false;
  for (const auto& lane : lanes_) lane->onFree = nullptr;
  for (const auto& waiter : waiters_) waiter->list = nullptr;
  for (const auto& waiter : refused_) waiter->list = nullptr;
}

bool Queue::full(const Lane* lane) const {
  const std::size_t free = server_ == nullptr ? 0 : server_->free();
  if (lane != nullptr) return lane->waiting >= lane->limit + std::min(free, lane->room());
  std::size_t others = 0;
  std::size_t theirs = 0;
  for (const auto& one : lanes_) {
    others += one->waiting;
    theirs += one->limit;
  }
  return waiters_.size() - others >= options_.limit - std::min(theirs, options_.limit) + free;
}

Ticket Queue::lease(Order order, OnLease onLease, Place place) {
  const auto found = std::ranges::find(lanes_, order.lane, [](const auto& lane) { return lane->name; });
  auto lane = order.lane.empty() || found == lanes_.end() ? nullptr : *found;
  Waiters& list = full(lane.get()) ? refused_ : waiters_;
  auto waiter = std::make_shared<Ticket::Waiter>(Ticket::Waiter{.order = std::move(order),
                                                                .onLease = std::move(onLease),
                                                                .lane = nullptr,
                                                                .fresh = nullptr,
                                                                .since = loop_.now(),
                                                                .deadline = loop_.now() + options_.timeout,
                                                                .list = &list,
                                                                .place = {}});
  if (lane && &list == &waiters_) {
    ++lane->waiting;
    waiter->lane = std::move(lane);
  }
  if (waiter->order.fresh && &list == &waiters_) {
    ++*freshWaiting_;
    waiter->fresh = freshWaiting_;
  }
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

void Queue::configure(const Options& options) {
  options_ = options;
  setLanes(options.lanes);
}

/// A lane that stays keeps its seats. One that goes lives on in those who wait in it or work for it, without bounds.
void Queue::setLanes(const std::vector<LaneOptions>& lanes) {
  const auto old = std::exchange(lanes_, {});
  for (const auto& lane : old) {
    lane->workers = std::numeric_limits<std::size_t>::max();
    lane->onFree = nullptr;
  }
  for (const auto& wanted : lanes) {
    const auto same = std::ranges::find(old, wanted.name, [](const auto& lane) { return lane->name; });
    const auto lane = same == old.end() ? std::make_shared<Lane>() : *same;
    lane->name = wanted.name;
    lane->workers = wanted.workers;
    lane->limit = wanted.limit;
    lane->onFree = [this] {
      if (!waiters_.empty()) wake();
    };
    lanes_.push_back(lane);
  }
  if (!waiters_.empty()) wake();
}

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

std::size_t Queue::servable(Duration waited, bool fresh) const {
  if (waiters_.empty() || (fresh && *freshWaiting_ == 0)) return 0;
  if (!fresh && lanes_.empty() && waited == Duration::zero()) return waiters_.size();
  const Instant latest = loop_.now() - waited;
  std::size_t count = 0;
  std::vector<std::size_t> taken(lanes_.size());
  for (const auto& waiter : waiters_) {
    if (waiter->lane) {
      const auto index = static_cast<std::size_t>(std::ranges::find(lanes_, waiter->lane) - lanes_.begin());
      if (index < lanes_.size() && taken[index]++ >= waiter->lane->room()) continue;
    }
    if (waiter->since <= latest && (!fresh || waiter->order.fresh)) ++count;
  }
  return count;
}

bool Queue::serveFirst(const std::function<bool(const Order&)>& suits, const std::function<Lease(Order, Seat)>& make) {
  const auto next = std::ranges::find_if(waiters_, [&](const auto& waiter) {
    return (!waiter->lane || waiter->lane->room() > 0) && suits(waiter->order);
  });
  if (next == waiters_.end()) return false;
  const auto waiter = *next;
  tell(waiter, make(std::move(waiter->order), Seat(waiter->lane)));
  return true;
}

void Queue::drop(Ticket::Waiter& waiter) {
  if (waiter.list == nullptr) return;
  // The list may hold the last reference.
  const auto kept = *waiter.place;
  if (const auto lane = std::exchange(waiter.lane, nullptr)) --lane->waiting;
  if (const auto fresh = std::exchange(waiter.fresh, nullptr)) --*fresh;
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
  if (server_ != nullptr && server_->patient()) {
    timer_.start(kPatienceCheck, [this] { expire(); });
    return;
  }
  const auto alive = alive_;
  const Instant now = loop_.now();
  while (*alive) {
    const auto late = std::ranges::find_if(waiters_, [now](const auto& waiter) { return waiter->deadline <= now; });
    if (late == waiters_.end()) break;
    tell(*late,
         Error{ErrorCode::QueueTimeout,
               "no worker became free within " + std::to_string(std::llround(toMillis(now - (*late)->since))) + " ms"});
  }
  if (*alive) armTimer();
}

}  // namespace bridge::pool
