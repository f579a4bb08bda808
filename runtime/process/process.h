#pragma once

#include <sys/types.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/state_machine.h"
#include "loop/child.h"
#include "loop/timer.h"
#include "process/exit_cause.h"
#include "process/line_splitter.h"
#include "process/spec.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::process {

/// One OS process from its start to its end. What it writes to stdout and stderr goes to the log, line by line.
///
/// Owned by a Supervisor or whoever needs one run; destroyed before the Loop. Destroying it while it lives kills it and
/// its process group with SIGKILL, without an event.
class Process {
 public:
  /// Starting: started, it has not proved itself. Running: its owner has called `markReady`. Stopping: asked to end.
  enum class State { Starting, Running, Stopping, Exited };

  struct Events {
    /// Once, last, with all that it has written; may destroy the Process.
    std::function<void(const ExitCause&)> onExit;
    /// Replaces the log as the place for its output, where given. The line is foreign and not escaped.
    std::function<void(std::string_view)> onLine;
    /// Takes stdout as it comes, where given: only stderr is read by lines then.
    std::function<void(std::string_view)> onStdout{};
    /// It has closed its stdout. Where it has ended, `onExit` comes soon, or has come already.
    std::function<void()> onStdoutEnd{};
  };

  /// Fails where nothing could be started.
  [[nodiscard]] static Result<std::unique_ptr<Process>> start(loop::Loop& loop, const Spec& spec, Events events);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// It serves now. Ignored in every other state than Starting.
  void markReady();
  /// Asks it to end, in the way of its Spec. A second call changes nothing.
  void stop();
  /// Asks with this signal, and kills its group when `patience` is over (0: at once); a later call can only shorten the
  /// patience.
  void stop(int signal, Duration patience);
  /// What it reads from, where its Spec asks for a pipe; may be taken once.
  [[nodiscard]] std::unique_ptr<loop::Stream> takeStdin() { return child_->takeStdin(); }
  /// Stops and resumes reading what it writes to stdout; it waits when the pipe is full.
  void pauseStdout() { stdout_.stream->stopReading(); }
  void resumeStdout() { stdout_.stream->resumeReading(); }
  /// Sends a signal to the process itself.
  Result<void> signal(int number);

  [[nodiscard]] State state() const { return state_.get(); }
  [[nodiscard]] std::string_view stateName() const { return state_.name(); }
  [[nodiscard]] pid_t pid() const { return child_->pid(); }
  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] Instant startedAt() const { return startedAt_; }

 private:
  struct Traits {
    using State = Process::State;
    static const std::initializer_list<std::pair<State, State>> kEdges;
    static std::string_view name(State state);
  };
  struct Output {
    std::unique_ptr<loop::Stream> stream;
    LineSplitter lines;
  };

  Process(loop::Loop& loop, Spec spec, Events events);
  void read(Output& output, std::unique_ptr<loop::Stream> stream);
  void take(Output& output, std::string_view data);
  void drain(Output& output);
  void onLine(std::string_view line);
  void onExit(loop::ExitStatus status);

  loop::Loop& loop_;
  Spec spec_;
  Events events_;
  StateMachine<Traits> state_{State::Starting};
  Instant startedAt_;
  bool asked_ = false;
  std::deque<std::string> lastWords_;
  Instant killAt_{};
  loop::Timer killTimer_;
  Output stdout_;
  Output stderr_;
  std::unique_ptr<loop::Child> child_;
};

}  // namespace bridge::process
