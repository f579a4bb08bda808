#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/state_machine.h"
#include "loop/descriptor.h"
#include "loop/timer.h"
#include "process/process.h"
#include "process/restart_policy.h"
#include "process/spec.h"

namespace bridge::process {

/// Keeps one process alive: starts it, and starts it again, with growing pauses, when it ends and its policy says so.
/// Owned by the upstream (or command) that needs the process, destroyed before the Loop; destroying it kills the
/// process. Every event but `prepare` may destroy the supervisor.
class Supervisor {
 public:
  /// Off: not started yet, stopped, or ended without another start. Up: there is a process. Pausing: the next start is
  /// awaited. Stopping.
  enum class State { Off, Up, Pausing, Stopping };

  /// What one start takes.
  struct Launch {
    Spec spec;
    /// The child's ends of what is passed on; closed here when the child has them.
    std::vector<loop::Descriptor> childEnds;
  };
  struct Events {
    /// Builds each start afresh (descriptors, environment); the number counts the starts from 1. An Error counts as an
    /// end, with the next pause.
    std::function<Result<Launch>(std::uint64_t generation)> prepare;
    /// Optional.
    std::function<void(Process&)> onStarted;
    /// Optional. It ended, or could not be started; the next start follows after `pause`, unless the state is Off.
    std::function<void(const ExitCause&, Duration pause)> onExited;
    /// Optional: its output, instead of the log.
    std::function<void(std::string_view)> onLine;
    /// Optional: its stdout as it comes, and the end of that, as in `Process::Events`.
    std::function<void(std::string_view)> onStdout{};
    std::function<void()> onStdoutEnd{};
  };
  struct Options {
    RestartPolicy::Options restart;
    /// Counts as healthy from its start on; else from `markReady`.
    bool readyAtStart = true;
  };

  /// `name` is for the log.
  Supervisor(loop::Loop& loop, std::string name, Events events);
  Supervisor(loop::Loop& loop, std::string name, Events events, const Options& options);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Off -> Up. The first start happens inside the call, its events may come there too.
  void start();
  /// The process serves: what counts as health begins.
  void markReady();
  /// Ends the process in the way of its Spec, and starts no other. `done` comes once, never inside the call; a second
  /// call's `done` is called too.
  void stop(std::function<void()> done);
  /// SIGKILL to the process group, now: for a stop that takes too long, or a process that hangs (a new one follows
  /// then).
  void kill();
  /// While it pauses: starts now, and forgets the failures (the operator asked for a reload).
  void startNow();

  [[nodiscard]] State state() const { return state_.get(); }
  [[nodiscard]] std::string_view stateName() const { return state_.name(); }
  /// The process while there is one, else null.
  [[nodiscard]] Process* process() const { return process_.get(); }
  /// Starts so far.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// Ends in a row without health between them, and whether they are so many that it is a loop.
  [[nodiscard]] int failures() const { return policy_.failures(); }
  [[nodiscard]] bool loops() const { return policy_.loops(); }

 private:
  struct Traits {
    using State = Supervisor::State;
    static const std::initializer_list<std::pair<State, State>> kEdges;
    static std::string_view name(State state);
  };

  void launch();
  void onExit(const ExitCause& cause);
  void tellStopped();

  loop::Loop& loop_;
  std::string name_;
  Events events_;
  bool readyAtStart_;
  RestartPolicy policy_;
  StateMachine<Traits> state_{State::Off};
  std::uint64_t generation_ = 0;
  std::vector<std::function<void()>> onStopped_;
  loop::Timer pause_;
  std::unique_ptr<Process> process_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::process
