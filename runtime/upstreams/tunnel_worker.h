#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/inspect.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "process/line_splitter.h"
#include "process/supervisor.h"
#include "upstreams/tunnel_backend.h"
#include "upstreams/tunnel_job.h"

namespace bridge::upstreams {

/// A process that reads jobs from stdin and writes answers to stdout, one JSON object on a line, kept alive. What else
/// it prints goes to the log.
///
/// Owned by the TunnelWorkers, which outlive it and the jobs in it; destroying it kills the process and tells nothing.
class TunnelWorker {
 public:
  struct Options {
    process::Spec spec;
    /// Jobs at once.
    std::size_t concurrency = 1;
    /// The longest line in bytes.
    std::size_t maxLine = 0;
  };

  /// `onRoom`: it can take another job now, or never will; may come inside `giveUp`.
  TunnelWorker(loop::Loop& loop, Options options, std::function<void()> onRoom);
  ~TunnelWorker();
  TunnelWorker(const TunnelWorker&) = delete;
  TunnelWorker& operator=(const TunnelWorker&) = delete;

  void start() { supervisor_.start(); }
  /// Takes no more jobs, finishes those it has, and ends. `done` comes once, in a later turn; it may destroy this.
  void leave(std::function<void()> done);
  /// SIGKILL, now.
  void kill();

  [[nodiscard]] bool hasRoom() const { return stdin_ && !leaving_ && slots_.size() < options_.concurrency; }
  /// It ends before it answers anything, again and again: to wait for it makes no sense.
  [[nodiscard]] bool hopeless() const;
  [[nodiscard]] std::size_t load() const { return slots_.size(); }
  /// Illegal without room.
  void take(TunnelJobState& job);
  /// Forgets a job that it has, and says so to the process.
  void giveUp(TunnelJobState& job);
  /// Of a job that it has: a piece of its body, its end; that its client takes no more of the answer, or does again.
  void body(TunnelJobState& job, Bytes data);
  void bodyEnd(const TunnelJobState& job) { send(wire::endLine(job.id)); }
  void pause(const TunnelJobState& job) { send(wire::pauseLine(job.id)); }
  void resume(const TunnelJobState& job) { send(wire::resumeLine(job.id)); }
  /// A client has taken what was held for it.
  void outputTaken();

  [[nodiscard]] inspect::Child inspect() const;

 private:
  /// A job without its owner, whose answer is not wanted any more, still occupies the process.
  struct Slot {
    TunnelJobState* job;
    Instant deadline;
    /// The process does not take more of its body.
    bool bodyPaused = false;
  };

  void onStarted(process::Process& process);
  void onExited(const process::ExitCause& cause);
  void onMute();
  void onLine(std::string_view line);
  void onMessage(wire::TunnelMessage message, Slot& slot);
  void onOver(wire::TunnelMessage message);
  void send(std::string line, loop::Stream::Done done = {});
  void onInputTaken();
  void holdOutput();
  void watch();
  /// A worker that leaves ends with the last job that somebody waits for.
  void endIfDone();
  void end();

  loop::Loop& loop_;
  Options options_;
  std::function<void()> onRoom_;
  process::LineSplitter lines_;
  std::unique_ptr<loop::Stream> stdin_;
  std::unordered_map<std::uint64_t, Slot> slots_;
  std::uint64_t lastId_ = 0;
  /// More waits to be read by the process than bodies should make wait.
  bool inputFull_ = false;
  /// Its stdout is not read: a client is too slow for what it sends, and it goes on sending.
  bool outputHeld_ = false;
  std::uint64_t answered_ = 0;
  std::string lastEnd_;
  bool leaving_ = false;
  bool ending_ = false;
  std::function<void()> onLeft_;
  /// Until it is killed: full of jobs that nobody wants, or asked to end.
  loop::Timer patience_;
  /// Until it is killed because it has closed its stdout.
  loop::Timer mute_;
  process::Supervisor supervisor_;
};

}  // namespace bridge::upstreams
