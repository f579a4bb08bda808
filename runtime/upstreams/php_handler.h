#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/inspect.h"
#include "base/result.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "process/process.h"
#include "upstreams/boot_failure.h"
#include "upstreams/php_command.h"
#include "wire/frame.h"
#include "wire/messages.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

/// One run of the PHP handler: the process, and the control channel that tells of its boot and its workers.
///
/// Owned by a Generation. After the process has ended the object still reads what orphaned workers write, until it is
/// destroyed. Destroying it while the process lives kills it and its workers, without an event.
class PhpHandler {
 public:
  struct Options {
    PhpCommand command;
    std::uint64_t generation = 0;
    Duration bootTimeout = Seconds(60);
  };
  /// Every one may destroy the handler.
  struct Events {
    /// Booted and listening; at most once.
    std::function<void(const wire::Listening&)> onListening;
    /// The process ended before that; comes once, and nothing after it.
    std::function<void(const BootFailure&)> onBootFailed;
    /// The process ended after that; comes once.
    std::function<void(const process::ExitCause&)> onEnded;
  };

  /// The number of the control channel in the child.
  static constexpr int kControlDescriptor = 3;

  /// Fails where no process could be started.
  [[nodiscard]] static Result<std::unique_ptr<PhpHandler>> start(loop::Loop& loop, Options options, Events events);
  ~PhpHandler();
  PhpHandler(const PhpHandler&) = delete;
  PhpHandler& operator=(const PhpHandler&) = delete;

  /// Asks it to accept no more and to end after its last worker.
  void drain();
  /// SIGTERM, and SIGKILL to it and its workers when the patience is over.
  void stop(Duration patience);
  /// Asks it, the parent, to signal a worker that the pool cannot reach.
  void killWorker(pid_t pid, int signal);

  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  /// The boot step that is under way, or the last one.
  [[nodiscard]] const std::string& step() const { return step_; }
  [[nodiscard]] bool listening() const { return listening_; }
  /// Whether somebody may stop it at a breakpoint.
  [[nodiscard]] bool debugger() const { return debugger_; }
  /// The process that it has forked to tick; null where nobody listens to ticks.
  [[nodiscard]] std::optional<inspect::Child> ticks() const;

 private:
  struct Ticks {
    pid_t pid = 0;
    Instant since{};
    std::uint64_t starts = 0;
    std::string lastEnd;
  };

  PhpHandler(loop::Loop& loop, Options options, Events events);
  [[nodiscard]] Result<void> spawn();
  void readControl(Bytes data);
  void controlBroke(const std::string& reason);
  void handle(const wire::HandlerMessage& message);
  void on(const wire::Booting& message);
  void on(const wire::Listening& message);
  void on(const wire::Failed& message);
  void on(const wire::Forked& message);
  void on(const wire::Exited& message);
  void onOutput(std::string_view line);
  void onExit(const process::ExitCause& cause);
  [[nodiscard]] std::string recentOutput() const;

  loop::Loop& loop_;
  Options options_;
  Events events_;
  std::string name_;
  Instant startedAt_;
  std::string step_;
  bool debugger_ = false;
  bool listening_ = false;
  bool timedOut_ = false;
  std::optional<wire::Failed> failed_;
  Ticks ticks_;
  /// The last lines of it and its workers, which share a pipe, with their times.
  std::deque<std::pair<Instant, std::string>> output_;
  wire::FrameReader reader_;
  loop::Timer bootTimer_;
  std::unique_ptr<loop::Stream> control_;
  std::unique_ptr<process::Process> process_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
