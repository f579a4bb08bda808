#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "loop/timer.h"
#include "pool/connection.h"
#include "pool/departures.h"
#include "pool/health_check.h"
#include "pool/inspect.h"
#include "pool/memory_budget.h"
#include "pool/queue.h"
#include "process/restart_policy.h"

namespace bridge::pool {

/// The workers of one generation of the handler: opens, lends, checks, replaces and ends them.
///
/// Owned by the kind, beside the handler that it belongs to; the Queue outlives it. A reload makes a second pool beside
/// the first: start the new one, `takeOver` when it has started, `drain` the old one and destroy it when that is done.
/// When the handler dies its pool is drained too: workers that outlive it may finish their requests. Must not be
/// destroyed inside an event of a worker or a ticket; leases that are out become empty without a word.
///
/// The number of workers: MIN from the start; one more for each request that has waited for some milliseconds, up to
/// MAX and to what the memory has room for; back to MIN when they were idle for long. The most recently used worker
/// goes first, so that the others can go. A worker that wants to be replaced goes when its replacement has said hello,
/// one after the other; until then it serves, unless it cannot: then it counts no longer.
class Pool final : private ConnectionOwner, private QueueServer {
 public:
  struct Options {
    std::size_t min = 2;
    std::size_t max = 10;
    /// Workers kept idle beside those that work, up to MAX: for WORKER_ISOLATION=request, where each request uses one
    /// up.
    std::size_t spare = 0;
    /// Only for requests that have waited for so long is a worker opened beyond MIN.
    Duration growAfter{};
    /// Outlives the pool. Without room in it none is opened, but for the first. Null: there is always room.
    MemoryBudget* memory = nullptr;
    /// Connections that the handler serves at once; 0: any number. A hello may lower it.
    std::size_t capacity = 0;
    std::string socketPath;
    Duration connectionTimeout = Seconds(5);
    Duration terminateTimeout = Seconds(60);
    Duration healthInterval = Seconds(30);
    /// A worker above MIN that was idle for so long is ended.
    Duration idleTimeout = Seconds(60);
    /// Between attempts to open workers when one after the other fails to come up.
    process::RestartPolicy::Options backoff;
  };

  /// None may destroy the pool, but for the `done` of a drain.
  struct Events {
    /// None: everybody is welcome.
    Verify verify;
    /// None: such a worker is only disconnected.
    KillThroughHandler killThroughHandler;
    /// Once: the first worker is there.
    std::function<void()> onStarted;
    /// A worker ended, or was given up, that nobody asked to. Pid 0: it never said hello.
    std::function<void(pid_t pid, const Error& error)> onWorkerLost;
    /// A worker asked to be replaced, and why.
    std::function<void(pid_t pid, const std::string& why)> onWorkerRetired;
    /// The detector in a worker has found something. None: nobody wants to know.
    std::function<void(pid_t pid, std::vector<wire::Finding> findings)> onFindings;
    /// The handler has booted what is out of date now; see wire::Outdated. None: nobody wants to know.
    std::function<void(pid_t pid, const wire::Outdated& message)> onOutdated;
  };

  Pool(loop::Loop& loop, Queue& queue, Options options, Events events);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Opens MIN workers. Nobody is served before `takeOver`.
  void start();
  /// Serves the queue from now on, instead of the pool that did.
  void takeOver();
  /// Serves nobody until it is told to `takeOver` again: who comes waits in the queue. Workers stay.
  void hold();
  /// Serves nobody any more; idle workers end, the others after their request. `done` comes once, never inside this
  /// call, when the last one is gone.
  void drain(std::function<void()> done);
  /// Kills all workers, in the middle of whatever they do; their requests are lost.
  void killAll(const std::string& why);
  /// Ends the idle workers; as many as are needed are opened anew.
  void closeIdle();
  /// There may be room for more workers, or too little for those that are idle beyond MIN.
  void refill();
  /// The handler's socket has been renamed: workers are opened through the new path from now on.
  void moveTo(std::string socketPath) { connectionOptions_.socketPath = std::move(socketPath); }
  /// Whether a worker has said hello.
  [[nodiscard]] bool started() const { return started_; }

  [[nodiscard]] PoolStatus status() const;

 private:
  struct Census {
    std::size_t opening = 0;
    std::size_t idle = 0;
    std::size_t busy = 0;
    std::size_t retiring = 0;
    [[nodiscard]] std::size_t live() const { return opening + idle + busy; }
  };

  void onOpened(Connection& connection) override;
  void onFree(Connection& connection) override;
  void onOutdated(Connection& connection, const wire::Outdated& message) override;
  void onLost(Connection& connection, const Error& error) override;
  void serve() override;
  [[nodiscard]] std::size_t free() const override { return idle_.size(); }
  [[nodiscard]] bool patient() const override;

  [[nodiscard]] Census census() const;
  [[nodiscard]] std::size_t limit() const;
  [[nodiscard]] std::size_t missing(const Census& now) const;
  void fill();
  [[nodiscard]] bool mayOpen() const;
  void noteWorn(Connection& connection);
  [[nodiscard]] bool closeWorn();
  [[nodiscard]] std::size_t makeRoomForFresh(const Census& now);
  [[nodiscard]] Connection* takeIdle(bool fresh);
  void open();
  void putIdle(Connection& connection);
  void retire(Connection& connection);
  void closeRetired(std::size_t most);
  void closeOpeningBeyondLimit();
  void shrink();
  void armShrinkTimer();
  void close(Connection& connection);
  void remove(Connection& connection);
  void backOff(const Connection& connection);
  void checkDrained();

  loop::Loop& loop_;
  Queue& queue_;
  Options options_;
  Events events_;
  Connection::Options connectionOptions_;
  process::RestartPolicy policy_;

  std::vector<std::unique_ptr<Connection>> connections_;
  /// Those that can be lent; the last one was used last.
  std::vector<Connection*> idle_;
  /// Oldest first.
  std::vector<Connection*> retiring_;
  /// Want to be replaced and serve until they are, oldest first; and those whose replacement is there, which go when
  /// they are free.
  std::vector<Connection*> worn_;
  std::vector<Connection*> replaced_;
  /// Out of use, kept until the end of the turn because they may be on the stack.
  std::vector<std::unique_ptr<Connection>> closed_;
  Departures departures_;
  HealthCheck healthCheck_;

  bool serving_ = false;
  bool running_ = false;
  bool attached_ = false;
  bool started_ = false;
  bool sweeping_ = false;
  std::function<void()> onDrained_;
  loop::Timer pause_;
  loop::Timer growTimer_;
  loop::Timer shrinkTimer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::pool
