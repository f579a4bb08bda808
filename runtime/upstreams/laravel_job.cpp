#include "upstreams/laravel_job.h"

#include <algorithm>
#include <csignal>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "http/accept.h"
#include "loop/file.h"
#include "pool/connection.h"
#include "process/activity.h"
#include "upstreams/boot_failure.h"
#include "upstreams/laravel_parts.h"

namespace bridge::upstreams {
namespace {

/// What a condemned worker gets to say where PHP is.
constexpr Duration kStackGrace = Millis(500);
/// Of a request's path on the status page and in the slow log.
constexpr std::size_t kLabelLength = 200;

/// Workers that a request is handed to until one takes it. Those that were killed together are found dead one after the
/// other; a request that no worker can read must not use up the pool.
constexpr int kMostHandovers = 8;

std::string labelOf(const http::RequestHead& head) { return head.method + " " + head.path.substr(0, kLabelLength); }

}  // namespace

const std::initializer_list<std::pair<LaravelJob::State, LaravelJob::State>> LaravelJob::Traits::kEdges = {
    {State::Queued, State::Running},      {State::Queued, State::Over},    {State::Running, State::Queued},
    {State::Running, State::Answering},   {State::Running, State::Over},   {State::Answering, State::Finishing},
    {State::Answering, State::Over},      {State::Finishing, State::Over}, {State::Running, State::Condemned},
    {State::Answering, State::Condemned}, {State::Condemned, State::Over},
};

std::string_view LaravelJob::Traits::name(State state) {
  switch (state) {
    case State::Queued:
      return "queued";
    case State::Running:
      return "running";
    case State::Answering:
      return "answering";
    case State::Finishing:
      return "finishing";
    case State::Condemned:
      return "condemned";
    case State::Over:
      return "over";
  }
  return "";
}

LaravelJob::LaravelJob(LaravelParts& parts, const http::Request& request, CollectedBody body, Answer& answer)
    : parts_(parts),
      request_(&request),
      answer_(&answer),
      id_(request.id),
      limits_(parts.routes.of(request.head.path)),
      body_(std::move(body)),
      completedAt_(parts.loop.preciseNow()),
      silence_(parts.loop) {}

void LaravelJob::begin() {
  if (const BootFailure* failure = parts_.generations.failure()) {
    parts_.loop.defer([this, cause = failure->cause, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        failWithReason({ErrorCode::NoWorkers, cause});
      }
    });
    return;
  }
  enqueue(pool::Queue::Place::back);
}

void LaravelJob::enqueue(pool::Queue::Place place) {
  ticket_ = parts_.queue.lease(
      {.label = labelOf(request_->head), .lane = limits_.lane, .fresh = limits_.fresh},
      [this](Result<pool::Lease> lease) { onLease(std::move(lease)); }, place);
}

void LaravelJob::onLease(Result<pool::Lease> lease) {
  if (!lease.ok()) {
    failWithReason(std::move(lease).error());
    return;
  }
  lease_ = std::move(lease).value();
  leasedAt_ = parts_.loop.preciseNow();
  pid_ = lease_->pid();
  send();
}

void LaravelJob::send() {
  wire::RequestBody where;
  where.framed = body_.memory.size();
  where.length = body_.length;
  where.form = body_.form;
  where.isolate = limits_.isolate;
  if (body_.spooled) {
    where.spool = body_.spooled->path();
  }
  // A copy, for it may have to be sent again until the worker has taken it.
  std::vector<Bytes> framed;
  if (!body_.memory.empty()) {
    framed.push_back(Bytes::copyOf(body_.memory));
  }
  if (auto sent = lease_->send(*request_, where, std::move(framed), *this); !sent.ok()) {
    lease_ = {};
    fail(sent.error());
    return;
  }
  state_.move(State::Running);
  taken_ = false;
  silence_.start(lease_->deadline(std::min<Duration>(parts_.settings.handoverTimeout, limits_.timeout)),
                 [this] { onNotTaken(); });
}

/// The worker hangs, or was stopped, since it was last heard of.
void LaravelJob::onNotTaken() {
  const auto activity = process::activityOf(pid_);
  log::warn("laravel", "id={} worker {} did not take the request within HANDOVER_TIMEOUT and {}: it is killed", id_,
            pid_, activity ? log::escape(activity->text()) : "is gone");
  // Not given up: only when it has ended is it certain that it has not taken the request meanwhile.
  lease_->signal(SIGKILL);
  silence_.start(lease_->deadline(limits_.timeout), [this] { onSilence(); });
}

void LaravelJob::onTaken() {
  taken_ = true;
  body_.memory = {};
  silence_.start(lease_->deadline(answer_ != nullptr ? limits_.timeout : Duration(parts_.settings.disconnectTimeout)),
                 [this] { onSilence(); });
  if (parts_.settings.slowLogThreshold > Duration::zero() && !lease_->hello().debugger) {
    slow_.emplace(parts_.loop).start(parts_.settings.slowLogThreshold, [this] { onSlow(); });
  }
}

RunningRequest LaravelJob::running() const {
  return {.id = id_, .title = lease_->label(), .worker = pid_, .age = parts_.loop.preciseNow() - leasedAt_};
}

void LaravelJob::onSlow() {
  // Where it waits for its client, that one is slow.
  const auto activity = workerPaused_ ? std::nullopt : process::activityOf(pid_);
  if (!activity) {
    return;
  }
  metrics::all().slowRequests.add();
  // A signal would cut the call in which a healthy request waits: it would fail, or wake too early.
  const bool asked = activity->computes() && lease_->askForStack();
  logRunning(Level::warn, running(), *activity, asked ? "; its PHP stack follows" : "");
}

void LaravelJob::onStack(wire::Stack stack) {
  if (stack.id != id_) {
    return;
  }
  const bool condemned = state_.is(State::Condemned);
  logStack(condemned ? Level::error : Level::warn, id_, stack.frames);
  if (condemned) {
    execute();
  }
}

void LaravelJob::onInfo(wire::Info info) {
  tell([&info](Answer& answer) { answer.informational(std::move(info.head)); });
}

void LaravelJob::onAnswer(wire::AnswerHead answer) {
  if (!state_.is(State::Condemned)) {
    state_.move(State::Answering);
  }
  if (answer.file) {
    answerWithFile(std::move(answer.head), *answer.file);
    return;
  }
  if (answer_ != nullptr) {
    silence_.restart(lease_->deadline(parts_.settings.streamIdleTimeout));
  }
  tell([&answer](Answer& to) { to.head(std::move(answer.head)); });
}

void LaravelJob::answerWithFile(http::ResponseHead head, const wire::FileSpan& span) {
  auto file = loop::OpenFile::open(span.path);
  if (span.remove) {
    // What is open stays readable.
    loop::removeFile(parts_.loop, span.path);
  }
  if (answer_ == nullptr) {
    return;
  }
  if (!file.ok()) {
    fail({file.error().code == ErrorCode::NoDescriptors ? ErrorCode::NoDescriptors : ErrorCode::InvalidAnswer,
          "the file of the answer: " + file.error().message()});
    return;
  }
  if (span.offset > file->size() || span.length > file->size() - span.offset) {
    fail({ErrorCode::InvalidAnswer, "the answer wants bytes that are not in the file: " + span.path});
    return;
  }
  silence_.restart(lease_->deadline(parts_.settings.streamIdleTimeout));
  if (tell([&head](Answer& to) { to.head(std::move(head)); })) {
    tell([&](Answer& to) { to.file(std::move(*file), {.offset = span.offset, .length = span.length}); });
  }
}

void LaravelJob::onBody(Bytes data) {
  if (answer_ == nullptr) {
    return;
  }
  if (!workerPaused_) {
    silence_.restart(lease_->deadline(parts_.settings.streamIdleTimeout));
  }
  if (clientPaused_ || !held_.empty()) {
    hold(std::move(data));
    return;
  }
  tell([&data](Answer& to) { to.body(std::move(data)); });
}

void LaravelJob::hold(Bytes data) {
  heldBytes_ += data.size();
  held_.push_back(std::move(data));
  if (!workerPaused_ && heldBytes_ >= parts_.settings.answerBuffer) {
    workerPaused_ = true;
    // Its silence is ours now.
    silence_.stop();
    lease_->pauseReading();
  }
}

void LaravelJob::pause() { clientPaused_ = true; }

void LaravelJob::resume() {
  clientPaused_ = false;
  // The exchange may be in the middle of something that it started with this call.
  parts_.loop.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      deliverHeld();
    }
  });
}

void LaravelJob::deliverHeld() {
  std::size_t next = 0;
  while (next < held_.size() && !clientPaused_) {
    Bytes data = std::move(held_[next++]);
    heldBytes_ -= data.size();
    if (!tell([&data](Answer& to) { to.body(std::move(data)); })) {
      return;
    }
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(next));
  if (workerPaused_ && heldBytes_ <= parts_.settings.answerBuffer / 2 && lease_) {
    workerPaused_ = false;
    silence_.restart(lease_->deadline(parts_.settings.streamIdleTimeout));
    lease_->resumeReading();
  }
  if (held_.empty() && endHeld_) {
    finishAnswer();
  }
}

void LaravelJob::onEnd(const wire::End& end) {
  if (!state_.is(State::Condemned)) {
    state_.move(State::Finishing);
  }
  silence_.stop();
  slow_.reset();
  tellServedBy(end.memory);
  if (answer_ == nullptr) {
    return;
  }
  if (held_.empty()) {
    finishAnswer();
  } else {
    endHeld_ = true;
  }
}

void LaravelJob::finishAnswer() {
  endHeld_ = false;
  if (Answer* answer = std::exchange(answer_, nullptr)) {
    answer->end();
  }
}

void LaravelJob::onReady() { over(); }

void LaravelJob::onLost(const Error& error, bool taken) {
  silence_.stop();
  slow_.reset();
  if (state_.is(State::Running) && !taken && answer_ != nullptr && error.info().retryable &&
      ++lostUnread_ < kMostHandovers) {
    log::warn("laravel", "id={} worker {} was found dead ({}): asking another one", id_, pid_,
              log::escape(error.detail));
    state_.move(State::Queued);
    enqueue(pool::Queue::Place::front);
    return;
  }
  if (state_.is(State::Finishing)) {
    log::warn("laravel", "id={} worker {} was lost after its answer: {}", id_, pid_, log::escape(error.message()));
    over();
    return;
  }
  const std::weak_ptr<bool> alive = alive_;
  fail(error);
  if (!alive.expired()) {
    over();
  }
}

void LaravelJob::onSilence() {
  slow_.reset();
  if (answer_ == nullptr) {
    log::info("laravel",
              "id={} worker {} is killed: its request went on for DISCONNECT_TIMEOUT after the client had left", id_,
              pid_);
    execute();
    return;
  }
  const bool begun = state_.is(State::Answering);
  const std::string_view limit = begun ? "STREAM_IDLE_TIMEOUT" : "REQUEST_TIMEOUT";
  logRunning(Level::error, running(),
             process::activityOf(pid_).value_or(process::Activity{.state = 'X', .systemCall = {}}),
             ": beyond " + std::string(limit) + ", it is killed");
  state_.move(State::Condemned);
  const bool asked = lease_->askForStack();
  grace_.emplace(parts_.loop).start(asked ? kStackGrace : Duration::zero(), [this, asked] {
    if (asked) {
      log::error("slow", "id={} no PHP stack came within {:.0f} ms: PHP is inside of one call", id_,
                 toMillis(kStackGrace));
    }
    execute();
  });
  fail({begun ? ErrorCode::StreamIdle : ErrorCode::RequestDeadline, "worker " + std::to_string(pid_)});
}

void LaravelJob::execute() {
  lease_->kill("its request's time was over");
  over();
}

void LaravelJob::fail(Error error) {
  // The queue, or a worker that is lost by now, has said its last word; a living worker goes on without a listener.
  silence_.stop();
  if (!lease_ && !state_.is(State::Over)) {
    state_.move(State::Over);
  }
  tellServedBy();
  held_.clear();
  if (Answer* answer = std::exchange(answer_, nullptr)) {
    answer->fail(std::move(error));
  }
}

void LaravelJob::failWithReason(Error error) {
  const BootFailure* failure = parts_.generations.failure();
  if (error.code != ErrorCode::NoWorkers || failure == nullptr || !mayShowReason(parts_.settings.appDebug, *request_) ||
      http::prefersJson(request_->head.headers)) {
    fail(std::move(error));
    return;
  }
  state_.move(State::Over);
  http::ResponseHead head{.status = error.info().status, .reason = {}, .headers = {}};
  head.headers.add("Content-Type", "text/html; charset=utf-8");
  head.headers.add("Cache-Control", "no-store");
  head.headers.add("Retry-After", "1");
  Bytes page(bootFailurePage(*failure, id_));
  if (tell([&head](Answer& to) { to.head(std::move(head)); }) &&
      tell([&page](Answer& to) { to.body(std::move(page)); })) {
    finishAnswer();
  }
}

bool LaravelJob::leaveQueue() {
  if (!state_.is(State::Queued)) {
    return false;
  }
  ticket_ = {};
  answer_ = nullptr;
  state_.move(State::Over);
  return true;
}

bool LaravelJob::abandon(std::function<void()> onOver) {
  answer_ = nullptr;
  request_ = nullptr;
  held_.clear();
  ticket_ = {};
  const bool keepsFiles = body_.spooled || !body_.uploads.empty();
  if (!lease_ || (state_.is(State::Finishing) && !keepsFiles)) {
    return false;
  }
  if (state_.is(State::Running) || state_.is(State::Answering)) {
    lease_->cancel();
    if (taken_) {
      silence_.start(lease_->deadline(parts_.settings.disconnectTimeout), [this] { onSilence(); });
    }
  }
  lease_->resumeReading();
  onOver_ = std::move(onOver);
  return true;
}

void LaravelJob::over() {
  if (!state_.is(State::Over)) {
    state_.move(State::Over);
  }
  body_ = {};
  silence_.stop();
  slow_.reset();
  grace_.reset();
  // Last: it may destroy this object.
  if (const auto onOver = std::exchange(onOver_, nullptr)) {
    onOver();
  }
}

void LaravelJob::tellServedBy(std::uint64_t memory) {
  if (answer_ != nullptr && pid_ != 0) {
    answer_->servedBy({.pid = pid_,
                       .waited = leasedAt_ - completedAt_,
                       .worked = parts_.loop.preciseNow() - leasedAt_,
                       .memory = memory});
  }
}

template <class Tell>
bool LaravelJob::tell(Tell&& what) {
  if (answer_ == nullptr) {
    return false;
  }
  const std::weak_ptr<bool> alive = alive_;
  what(*answer_);
  return !alive.expired() && answer_ != nullptr;
}

}  // namespace bridge::upstreams
