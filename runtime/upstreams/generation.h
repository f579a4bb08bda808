#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "base/state_machine.h"
#include "config/settings.h"
#include "loop/timer.h"
#include "pool/pool.h"
#include "upstreams/boot_failure.h"
#include "upstreams/findings.h"
#include "upstreams/php_command.h"
#include "upstreams/php_handler.h"
#include "upstreams/socket_file.h"

namespace bridge::upstreams {

/// One handler and the workers forked by it, from boot to the last worker's end. A handler that was started by hand is
/// a generation too, number 0: its process is left alone.
///
/// Owned by Generations. Its events come on their own, never inside a call; only `onEnded`, the last one, may destroy
/// it. Destroying it before kills what it started.
class Generation {
 public:
  /// Booting: the handler has not said that it listens. Opening: its first worker is awaited. Proved: that has said
  /// hello; from `takeOver` on it serves. Ending: it serves nobody any more. Ended: nothing is left of it.
  enum class State { Booting, Opening, Proved, Ending, Ended };

  struct Events {
    std::function<void(Generation&)> onProved;
    /// It came to nothing; it is Ending by itself.
    std::function<void(Generation&, const BootFailure&)> onFailed;
    /// The handler of a proved one is gone, without being asked; it is Ending by itself.
    std::function<void(Generation&, const std::string& cause)> onDied;
    /// What it has booted is out of date. This one comes inside of the reading of a worker's connection.
    std::function<void(Generation&, const wire::Outdated&)> onOutdated;
    std::function<void(Generation&)> onEnded;
  };
  /// What all generations work with, and which outlives them.
  struct Context {
    loop::Loop& loop;
    const config::Settings& settings;
    pool::Queue& queue;
    pool::MemoryBudget& memory;
    const Environment& environment;
    const std::string& sharedMemory;
  };

  Generation(const Context& context, std::uint64_t number, Events events);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Boots a handler; `beside` another generation that serves, it is to give way to that. An Error: no process could be
  /// started; the object is Ended.
  [[nodiscard]] Result<void> boot(bool beside);
  /// Uses the handler that somebody else has started and that listens on SOCKET_PATH. A worker that is not what we take
  /// it for makes it fail at once.
  void join();

  /// Renames the socket onto SOCKET_PATH and serves the queue. An Error: something that is not ours, nor of the
  /// generation before (`replaced`), is at that path; nothing has changed. Only when Proved.
  [[nodiscard]] Result<void> takeOver(std::optional<FileId> replaced);
  /// Serves nobody, and goes on with it: `hold` and `resume`. Only one that serves.
  void hold() { pool_->hold(); }
  void resume() { pool_->takeOver(); }
  /// Lets the workers finish, kills them after `patience`, and ends the handler.
  void end(Duration patience);
  /// There may be room for more workers.
  void refill();
  /// Ends everything now.
  void kill(const std::string& why);

  [[nodiscard]] State state() const { return state_.get(); }
  [[nodiscard]] std::string_view stateName() const { return state_.name(); }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] bool byHand() const { return number_ == 0; }
  /// 0 where there is none, or none that is ours.
  [[nodiscard]] pid_t handlerPid() const { return handler_ ? handler_->pid() : 0; }
  /// The step of the boot.
  [[nodiscard]] std::string step() const { return handler_ ? handler_->step() : ""; }
  /// Whether somebody may stop its handler at a breakpoint.
  [[nodiscard]] bool debugged() const { return handler_ && handler_->debugger(); }
  /// As that of the handler.
  [[nodiscard]] std::optional<inspect::Child> ticks() const { return handler_ ? handler_->ticks() : std::nullopt; }
  [[nodiscard]] std::optional<FileId> socketId() const { return socketId_; }
  /// Whether the worker that made `join` fail was forked by a handler that another server has started.
  [[nodiscard]] bool foundSupervised() const { return foundSupervised_; }
  [[nodiscard]] const pool::Pool* pool() const { return pool_.get(); }
  [[nodiscard]] const Findings& findings() const { return findings_; }

 private:
  struct Traits {
    using State = Generation::State;
    static const std::initializer_list<std::pair<State, State>> kEdges;
    static std::string_view name(State state);
  };

  void openPool(const std::string& path, std::size_t capacity);
  [[nodiscard]] std::optional<std::string> judge(const wire::Hello& hello, const loop::PeerCredentials& handler);
  [[nodiscard]] Duration connectionTimeout() const;
  void onListening(const wire::Listening& message);
  void onHandlerEnded(const std::string& cause);
  void onWorkerLost(pid_t pid, const Error& error);
  void checkHandler(pid_t lost);
  void onOpeningTimeout();
  void fail(BootFailure failure);
  void endHandler();
  void checkEnded();
  void later(std::function<void()> event);

  Context context_;
  std::uint64_t number_;
  Events events_;
  StateMachine<Traits> state_{State::Booting};
  std::optional<FileId> socketId_;
  std::string lastLoss_;
  Findings findings_;
  /// Since when no worker could be opened, and there is none.
  std::optional<Instant> barrenSince_;
  bool foundSupervised_ = false;
  bool handlerGone_ = true;
  bool poolGone_ = true;
  Instant deadline_{};
  loop::Timer timer_;
  std::unique_ptr<PhpHandler> handler_;
  std::unique_ptr<pool::Pool> pool_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
