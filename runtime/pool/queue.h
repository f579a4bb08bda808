#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "loop/timer.h"
#include "pool/lane.h"
#include "pool/lease.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::pool {

class Queue;

/// What somebody asks a worker for.
struct Order {
  /// Names the request on the status page.
  std::string label;
  /// One of `Queue::Options::lanes`; another name, or none, is no lane.
  std::string lane = {};
  /// Only for a worker that has had no request yet.
  bool fresh = false;
};

/// What the queue needs of the pool that serves it.
class QueueServer {
 public:
  /// Somebody waits, or may be served now who could not. Takes from the queue as many as can be served, and no more.
  virtual void serve() = 0;
  /// How many `serve` would take at once.
  [[nodiscard]] virtual std::size_t free() const = 0;
  /// Whether those who wait may wait for ever: somebody stands at a breakpoint.
  [[nodiscard]] virtual bool patient() const { return false; }

 protected:
  ~QueueServer() = default;
};

/// A place in the queue. Destroying it gives the place up, and nothing is called any more.
class Ticket {
 public:
  Ticket() = default;
  Ticket(Ticket&&) noexcept = default;
  Ticket& operator=(Ticket&& other) noexcept;
  ~Ticket();

  /// Whether it still waits.
  explicit operator bool() const;

 private:
  friend class Queue;
  struct Waiter;
  explicit Ticket(std::shared_ptr<Waiter> waiter) : waiter_(std::move(waiter)) {}

  std::shared_ptr<Waiter> waiter_;
};

/// The one queue of requests for a free worker: first come, first served, bounded in length and time.
///
/// Requests of a lane get at most so many workers as that has, and wait in its part of the queue: those behind them
/// that need no lane go on.
///
/// Owned by the kind; outlives the pools, which come and go with the generations of the handler: who waits while there
/// is none waits for the next, until the deadline.
class Queue {
 public:
  using OnLease = std::function<void(Result<Lease>)>;
  /// At the end; or before all others, for a request whose turn had come when its worker turned out to be dead.
  enum class Place { back, front };

  struct LaneOptions {
    std::string name;
    std::size_t workers = 1;
    /// Of `Options::limit`, for this lane alone.
    std::size_t limit = 1;
  };
  struct Options {
    /// Requests that may wait; those that a free worker takes at once do not count.
    std::size_t limit = 1024;
    Duration timeout = Seconds(10);
    std::vector<LaneOptions> lanes = {};
  };

  Queue(loop::Loop& loop, const Options& options);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Asks for a worker. `onLease` is called once, never before this returns: with a lease, or with QueueFull,
  /// QueueTimeout, or what `failAll` says. It may destroy the ticket.
  [[nodiscard]] Ticket lease(Order order, OnLease onLease, Place place = Place::back);
  /// Answers all who wait with an error: the server stops, or there will be no workers.
  void failAll(const Error& error);
  /// New limits, for all who come and for the deadlines that are not yet set.
  void configure(const Options& options);

  [[nodiscard]] std::size_t waiting() const { return waiters_.size(); }
  [[nodiscard]] const std::vector<std::shared_ptr<Lane>>& lanes() const { return lanes_; }
  /// How long the first has waited.
  [[nodiscard]] Duration oldestWait() const;

  // For pools.

  /// From now on this pool serves, instead of the one that did.
  void attach(QueueServer& server);
  /// Harmless where another one serves.
  void detach(const QueueServer& server);
  /// Those who could be served now if there were workers enough: all but what is too much for a lane; of these only who
  /// has waited for so long, and with `fresh` only who needs a fresh worker.
  [[nodiscard]] std::size_t servable(Duration waited, bool fresh = false) const;
  /// Lends a worker to the first of them that `suits`; false where there is none. `make` makes the lease.
  bool serveFirst(const std::function<bool(const Order&)>& suits, const std::function<Lease(Order, Seat)>& make);

 private:
  friend class Ticket;
  using Waiters = std::list<std::shared_ptr<Ticket::Waiter>>;

  static void drop(Ticket::Waiter& waiter);
  [[nodiscard]] bool full(const Lane* lane) const;
  void setLanes(const std::vector<LaneOptions>& lanes);
  void wake();
  void wakeNow();
  void expire();
  void armTimer();
  static void tell(const std::shared_ptr<Ticket::Waiter>& waiter, Result<Lease> result);

  loop::Loop& loop_;
  Options options_;
  QueueServer* server_ = nullptr;
  std::vector<std::shared_ptr<Lane>> lanes_;
  Waiters waiters_;
  std::shared_ptr<std::size_t> freshWaiting_ = std::make_shared<std::size_t>(0);
  /// Came when the queue was full; told in the next turn.
  Waiters refused_;
  bool waking_ = false;
  loop::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::pool
