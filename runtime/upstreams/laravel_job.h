#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/state_machine.h"
#include "http/request.h"
#include "loop/timer.h"
#include "pool/lease.h"
#include "pool/queue.h"
#include "pool/worker_events.h"
#include "upstreams/collector.h"
#include "upstreams/route_limits.h"
#include "upstreams/slow_log.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

struct LaravelParts;

/// One complete request on its way through the queue and a worker, and the answer on its way back.
///
/// Owned by its LaravelCall. When that goes while the worker is still at it, `abandon` says so, and the job is kept by
/// the Laravel kind until it is over: a worker may go on reading the spooled body of a request that nobody waits for.
///
/// The head and ANSWER_BUFFER bytes of the body are taken from the worker at once, however slowly the client reads;
/// beyond that the worker waits. A worker that was lost before it took the request costs nothing: the request is run on
/// another one, once.
class LaravelJob final : private pool::WorkerEvents {
 public:
  /// Queued: waits for a worker. Running: a worker has it, no answer yet. Answering: its body comes. Finishing: the
  /// answer is complete, the worker is not free yet. Condemned: its time is over and the client was told so; the worker
  /// is killed when it has said where PHP is. Over: nothing more comes from a worker; the client may still read.
  enum class State { Queued, Running, Answering, Finishing, Condemned, Over };

  /// `parts` outlive it; `request` and `answer` until `abandon`. `completedAt` is when the body was complete.
  LaravelJob(LaravelParts& parts, const http::Request& request, CollectedBody body, Answer& answer);
  ~LaravelJob() = default;
  LaravelJob(const LaravelJob&) = delete;
  LaravelJob& operator=(const LaravelJob&) = delete;

  /// Asks for a worker. Called once, first.
  void begin();
  /// The client reads slowly, or reads again.
  void pause();
  void resume();
  /// Gives the place in the queue up; says whether there was one to give up. Then the job is over, and says nothing
  /// more to the answer.
  [[nodiscard]] bool leaveQueue();
  /// Nobody listens any more: the answer and the request are not touched again. True: the job must be kept until
  /// `onOver`, which may destroy it.
  [[nodiscard]] bool abandon(std::function<void()> onOver);

  [[nodiscard]] State state() const { return state_.get(); }

 private:
  struct Traits {
    using State = LaravelJob::State;
    static const std::initializer_list<std::pair<State, State>> kEdges;
    static std::string_view name(State state);
  };

  void enqueue(pool::Queue::Place place);
  void onLease(Result<pool::Lease> lease);
  void send();
  void onNotTaken();
  void onSlow();
  void onSilence();
  void execute();

  // pool::WorkerEvents
  void onTaken() override;
  void onStack(wire::Stack stack) override;
  void onInfo(wire::Info info) override;
  void onAnswer(wire::AnswerHead answer) override;
  void onBody(Bytes data) override;
  void onEnd(const wire::End& end) override;
  void onReady() override;
  void onLost(const Error& error, bool taken) override;

  void answerWithFile(http::ResponseHead head, const wire::FileSpan& span);
  void hold(Bytes data);
  void deliverHeld();
  void finishAnswer();
  void fail(Error error);
  void failWithReason(Error error);
  void over();
  /// Calls the answer; false when nobody listens any more, or this object is gone.
  template <class Tell>
  bool tell(Tell&& what);
  void tellServedBy(std::uint64_t memory = 0);
  [[nodiscard]] RunningRequest running() const;

  LaravelParts& parts_;
  const http::Request* request_;
  Answer* answer_;
  std::string id_;
  RequestLimits limits_;
  CollectedBody body_;
  StateMachine<Traits> state_{State::Queued};
  /// How often a worker was lost before it took the request.
  int lostUnread_ = 0;
  bool taken_ = false;

  Instant completedAt_;
  Instant leasedAt_;
  int pid_ = 0;

  bool clientPaused_ = false;
  bool workerPaused_ = false;
  bool endHeld_ = false;
  std::vector<Bytes> held_;
  std::size_t heldBytes_ = 0;

  std::function<void()> onOver_;
  /// What the worker is given to say next: taken, the head, more of the body.
  loop::Timer silence_;
  /// Few requests need these.
  std::optional<loop::Timer> slow_;
  std::optional<loop::Timer> grace_;
  pool::Ticket ticket_;
  pool::Lease lease_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
