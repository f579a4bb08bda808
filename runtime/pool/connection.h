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
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/state_machine.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "pool/inspect.h"
#include "pool/lane.h"
#include "pool/worker_events.h"
#include "pool/worker_process.h"
#include "wire/frame.h"
#include "wire/messages.h"

namespace bridge::loop {
class Connector;
class Loop;
}  // namespace bridge::loop

namespace bridge::pool {

class Connection;
class Lease;

/// Why a worker must not be used, for both logs; nothing: it is welcome.
using Verify = std::function<std::optional<std::string>(const wire::Hello&, const loop::PeerCredentials&)>;
/// Asks the handler, the worker's parent, to signal it.
using KillThroughHandler = std::function<void(pid_t pid, int signal)>;

/// Whom a connection tells of its life: the pool. Every call may take the connection out of use, but must not destroy
/// it before the turn of the loop is over.
class ConnectionOwner {
 public:
  /// The worker has been greeted and is Idle.
  virtual void onOpened(Connection& connection) = 0;
  /// Its request is over and nobody has leased it any more: Idle or Retiring.
  virtual void onFree(Connection& connection) = 0;
  /// Its handler has booted what is out of date now.
  virtual void onOutdated(Connection& connection, const wire::Outdated& message) = 0;
  /// It is Closed, for a reason that the pool did not give.
  virtual void onLost(Connection& connection, const Error& error) = 0;

 protected:
  ~ConnectionOwner() = default;
};

struct ConnectionStates {
  enum class State { Connecting, Greeting, Idle, Busy, Finishing, Retiring, Closed };
  static constexpr std::initializer_list<std::pair<State, State>> kEdges = {
      {State::Connecting, State::Greeting}, {State::Greeting, State::Idle},    {State::Idle, State::Busy},
      {State::Busy, State::Finishing},      {State::Finishing, State::Idle},   {State::Finishing, State::Retiring},
      {State::Connecting, State::Closed},   {State::Greeting, State::Closed},  {State::Idle, State::Closed},
      {State::Busy, State::Closed},         {State::Finishing, State::Closed}, {State::Retiring, State::Closed},
  };
  [[nodiscard]] static std::string_view name(State state);
};

/// One worker: the connection that it was forked for, from `hello` to its end, one request at a time.
///
/// Owned by the Pool, which outlives it; used by others through a Lease. A worker that breaks the protocol, falls
/// silent or ends its connection is Closed and reported once.
///
///   Connecting  the socket is not open yet
///   Greeting    the worker has not said hello, or was not judged
///   Idle        free, perhaps leased and not yet given its request; only now pings are sent
///   Busy        has a request, and the answer is not complete
///   Finishing   the answer is complete, terminate work is going on
///   Retiring    wants to be replaced; takes no request
///   Closed      out of use
class Connection {
 public:
  using State = ConnectionStates::State;

  struct Options {
    std::string socketPath;
    /// From the start to hello.
    Duration connectionTimeout = Seconds(5);
    /// From the end of an answer, or from the loss of interest in it, to `ready`.
    Duration terminateTimeout = Seconds(60);
    Verify verify;
    KillThroughHandler killThroughHandler;
  };

  /// Begins to connect. `options` and `owner` must outlive it.
  Connection(loop::Loop& loop, const Options& options, ConnectionOwner& owner);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Gives the worker a request: its head, then `body`, which has `where.framed` bytes. Legal once per lease, while
  /// Idle. Fails, with the connection untouched, where the head fits in no message.
  [[nodiscard]] Result<void> send(const http::Request& request, const wire::RequestBody& where, std::vector<Bytes> body,
                                  WorkerEvents& events);
  /// Tells the worker that the client left. It may go on; its answer still comes.
  void cancel();
  /// Back-pressure: after a pause nothing is told, but for the call that is under way, until `resumeReading`.
  void pauseReading();
  void resumeReading();
  /// Sends a signal to the worker. One that ends it is noticed like any other end: what it had said before is heard.
  void signal(int number);
  /// Asks the running request for its stack, in the middle of whatever PHP does; false where this worker has none to
  /// tell. Cuts the system call that it waits in.
  [[nodiscard]] bool askForStack();
  /// Ends the worker with SIGKILL. The owner of the lease is told nothing; the pool replaces the worker.
  void kill(const std::string& why);

  /// For the pool: asks for a pong, when Idle and none is awaited.
  void ping();
  /// When the ping that was not answered yet was sent.
  [[nodiscard]] std::optional<Instant> pingedAt() const { return pingedAt_; }
  /// For the pool: closes without a report; the worker sees it and ends. What is needed to make sure that it does is
  /// handed over.
  std::unique_ptr<WorkerProcess> close();
  /// For the pool and the health check: kills the worker; whoever waits for it is told that it is lost.
  void giveUp(Error error);

  [[nodiscard]] State state() const { return state_.get(); }
  [[nodiscard]] std::string_view stateName() const { return state_.name(); }
  [[nodiscard]] bool leased() const { return lease_ != nullptr; }
  /// Whether hello was exchanged.
  [[nodiscard]] bool opened() const { return opened_; }
  /// What the worker said of itself; valid when opened.
  [[nodiscard]] const wire::Hello& hello() const { return hello_; }
  [[nodiscard]] pid_t pid() const { return hello_.pid; }
  /// Of this worker: `usual`, unless somebody may stop it at a breakpoint.
  [[nodiscard]] Duration deadline(Duration usual) const { return hello_.debugger ? kNoDeadline : usual; }
  /// Since when it is in its state.
  [[nodiscard]] Instant since() const { return since_; }
  [[nodiscard]] Instant connectedAt() const { return connectedAt_; }
  /// Requests that it was given, the running one included.
  [[nodiscard]] std::uint64_t given() const { return given_; }
  /// What names the request that it has, or had last.
  [[nodiscard]] const std::string& label() const { return label_; }
  /// Whether it wants to be replaced, but serves until it is.
  [[nodiscard]] bool worn() const { return lastReady_.retire && lastReady_.patient; }
  /// Why it wants to be replaced.
  [[nodiscard]] const std::string& retireReason() const { return lastReady_.why; }
  /// What its last request left behind; gives each once.
  [[nodiscard]] std::vector<wire::Finding> takeFindings() { return std::exchange(lastReady_.findings, {}); }
  [[nodiscard]] WorkerRow row() const;

 private:
  friend class Lease;

  void lend(Lease& lease, std::string label, Seat seat);
  void release();
  void abandon();
  void detachLease();

  void onConnected(Result<std::unique_ptr<loop::Stream>> stream);
  void lose(Error error);
  void onStreamEnd(const std::optional<Error>& error);
  void onProcessExit();
  void onResumed();
  void onTimeout();
  void readFrames();
  void readLastWords();
  void ended(const std::string& how);

  void dispatch(wire::Frame& frame);
  void onMessage(wire::Hello& message);
  void onMessage(wire::Taken& message);
  void onMessage(wire::Info& message);
  void onMessage(wire::AnswerHead& message);
  void onMessage(wire::End& message);
  void onMessage(wire::Ready& message);
  void onMessage(wire::Pong& message);
  void onMessage(wire::Stack& message);
  void onMessage(wire::Outdated& message);
  void onBody(Bytes data);

  void unexpected(std::string_view what);
  void refuse(const std::string& reason);
  void watchProcess(const loop::PeerCredentials& handler);
  void move(State state);
  void write(Bytes frame);

  loop::Loop& loop_;
  const Options& options_;
  ConnectionOwner& owner_;
  StateMachine<ConnectionStates> state_{State::Connecting};
  Instant connectedAt_;
  Instant since_;

  wire::Hello hello_;
  bool opened_ = false;
  wire::Ready lastReady_;
  /// 0: no request is over.
  std::uint64_t firstMemory_ = 0;
  std::optional<Instant> pingedAt_;

  Lease* lease_ = nullptr;
  std::string label_;
  Seat seat_;
  /// The listener of the running request; none where nobody listens any more.
  WorkerEvents* events_ = nullptr;
  bool taken_ = false;
  bool answered_ = false;
  bool answerIsFile_ = false;
  bool cancelled_ = false;
  bool paused_ = false;
  /// The end of the worker was seen while paused, when there was more to read.
  bool endSeen_ = false;
  std::uint64_t given_ = 0;

  wire::FrameReader reader_;
  loop::Timer timer_;
  std::unique_ptr<loop::Connector> connector_;
  std::unique_ptr<loop::Stream> stream_;
  /// None where the worker could not be proved to be a child of the handler.
  std::unique_ptr<WorkerProcess> process_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::pool
