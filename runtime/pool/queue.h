#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "loop/timer.h"
#include "pool/lease.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::pool {

class Queue;

/// What the queue needs of the pool that serves it.
class QueueServer {
 public:
  /// Somebody waits. Takes from the queue as many as can be served, and no more.
  virtual void serve() = 0;
  /// How many `serve` would take at once.
  [[nodiscard]] virtual std::size_t free() const = 0;

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
/// Owned by the kind; outlives the pools, which come and go with the generations of the handler: who waits while there
/// is none waits for the next, until the deadline.
class Queue {
 public:
  using OnLease = std::function<void(Result<Lease>)>;
  /// At the end; or before all others, for a request whose turn had come when its worker turned out to be dead.
  enum class Place { back, front };

  struct Options {
    /// Requests that may wait; those that a free worker takes at once do not count.
    std::size_t limit = 1024;
    Duration timeout = Seconds(10);
  };

  Queue(loop::Loop& loop, const Options& options);
  ~Queue();
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Asks for a worker. `onLease` is called once, never before this returns: with a lease, or with QueueFull,
  /// QueueTimeout, or what `failAll` says. It may destroy the ticket.
  [[nodiscard]] Ticket lease(std::string label, OnLease onLease, Place place = Place::back);
  /// Answers all who wait with an error: the server stops, or there will be no workers.
  void failAll(const Error& error);
  /// New limits, for all who come and for the deadlines that are not yet set.
  void configure(const Options& options);

  [[nodiscard]] std::size_t waiting() const { return waiters_.size(); }
  /// How long the first has waited.
  [[nodiscard]] Duration oldestWait() const;

  // For pools.

  /// From now on this pool serves, instead of the one that did.
  void attach(QueueServer& server);
  /// Harmless where another one serves.
  void detach(const QueueServer& server);
  /// Lends the worker to the first who waits; not on an empty queue. `make` makes the lease, given the label.
  void serveFirst(const std::function<Lease(std::string label)>& make);

 private:
  friend class Ticket;
  using Waiters = std::list<std::shared_ptr<Ticket::Waiter>>;

  static void drop(Ticket::Waiter& waiter);
  void wake();
  void wakeNow();
  void expire();
  void armTimer();
  static void tell(const std::shared_ptr<Ticket::Waiter>& waiter, Result<Lease> result);

  loop::Loop& loop_;
  Options options_;
  QueueServer* server_ = nullptr;
  Waiters waiters_;
  /// Came when the queue was full; told in the next turn.
  Waiters refused_;
  bool waking_ = false;
  loop::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::pool
