#include "pool/connection.h"

#include <signal.h>

#include <utility>

#include "loop/connector.h"
#include "loop/loop.h"
#include "pool/lease.h"
#include "wire/encode.h"

namespace bridge::pool {

std::string_view ConnectionStates::name(State state) {
  switch (state) {
    case State::Connecting:
      return "connecting";
    case State::Greeting:
      return "greeting";
    case State::Idle:
      return "idle";
    case State::Busy:
      return "busy";
    case State::Finishing:
      return "finishing";
    case State::Retiring:
      return "retiring";
    case State::Closed:
      return "closed";
  }
  return "?";
}

Connection::Connection(loop::Loop& loop, const Options& options, ConnectionOwner& owner)
    : loop_(loop), options_(options), owner_(owner), connectedAt_(loop.now()), since_(loop.now()), timer_(loop) {
  timer_.start(options_.connectionTimeout, [this] { onTimeout(); });
  connector_ = loop::Connector::unixSocket(
      loop_, options_.socketPath, options_.connectionTimeout,
      [this](Result<std::unique_ptr<loop::Stream>> stream) { onConnected(std::move(stream)); });
}

Connection::~Connection() {
  *alive_ = false;
  detachLease();
}

void Connection::onConnected(Result<std::unique_ptr<loop::Stream>> stream) {
  connector_.reset();
  if (!stream) {
    lose({ErrorCode::WorkerUnreachable, stream.error().detail});
    return;
  }
  stream_ = std::move(*stream);
  move(State::Greeting);
  stream_->startReading({[this](Bytes data) {
                           reader_.feed(std::move(data));
                           readFrames();
                         },
                         [this](std::optional<Error> error) { onStreamEnd(error); }});
}

Result<void> Connection::send(const http::Request& request, const wire::RequestBody& where, std::vector<Bytes> body,
                              WorkerEvents& events) {
  auto head = wire::encode(request, where);
  if (!head) return std::move(head).error();
  std::vector<Bytes> pieces;
  pieces.reserve(1 + 2 * body.size());
  pieces.push_back(std::move(*head));
  for (auto& part : body) wire::appendBodyFrames(pieces, std::move(part));

  events_ = &events;
  taken_ = answered_ = answerIsFile_ = cancelled_ = false;
  ++given_;
  move(State::Busy);
  stream_->write(std::move(pieces));
  return {};
}

void Connection::cancel() {
  if (state() != State::Busy || cancelled_) return;
  cancelled_ = true;
  write(wire::encode(wire::Cancel()));
}

void Connection::pauseReading() {
  if (stream_ == nullptr || paused_) return;
  paused_ = true;
  stream_->stopReading();
}

void Connection::resumeReading() {
  if (!std::exchange(paused_, false) || stream_ == nullptr) return;
  // What was read before the pause comes first, and not inside this call.
  loop_.defer([this, alive = alive_] {
    if (*alive) onResumed();
  });
}

void Connection::onResumed() {
  readFrames();
  if (paused_ || stream_ == nullptr) return;
  if (endSeen_) {
    onProcessExit();
  } else {
    stream_->resumeReading();
  }
}

void Connection::signal(int number) {
  if (process_ != nullptr) {
    process_->send(number);
  } else if (opened_ && options_.killThroughHandler) {
    options_.killThroughHandler(pid(), number);
  }
}

bool Connection::askForStack() {
  if (state() != State::Busy || hello_.stackSignal == 0) return false;
  signal(hello_.stackSignal);
  return true;
}

void Connection::kill(const std::string& why) {
  if (state() == State::Closed) return;
  events_ = nullptr;
  giveUp({ErrorCode::WorkerDied, "killed: " + why});
}

void Connection::ping() {
  if (state() != State::Idle || pingedAt_) return;
  pingedAt_ = loop_.now();
  write(wire::encode(wire::Ping()));
}

std::unique_ptr<WorkerProcess> Connection::close() {
  if (state() != State::Closed) move(State::Closed);
  timer_.stop();
  connector_.reset();
  stream_.reset();
  events_ = nullptr;
  seat_ = {};
  detachLease();
  return std::move(process_);
}

void Connection::giveUp(Error error) {
  if (state() == State::Closed) return;
  signal(SIGKILL);
  lose(std::move(error));
}

void Connection::lose(Error error) {
  if (state() == State::Closed) return;
  move(State::Closed);
  timer_.stop();
  connector_.reset();
  stream_.reset();
  seat_ = {};
  detachLease();
  const auto alive = alive_;
  if (WorkerEvents* events = std::exchange(events_, nullptr)) events->onLost(error, taken_);
  if (*alive) owner_.onLost(*this, error);
}

WorkerRow Connection::row() const {
  return {.pid = pid(),
          .generation = hello_.generation,
          .state = stateName(),
          .label = label_,
          .since = since_,
          .connectedAt = connectedAt_,
          .requests = lastReady_.requests,
          .memory = lastReady_.memory,
          .peak = lastReady_.peak,
          .firstMemory = firstMemory_};
}

void Connection::lend(Lease& lease, std::string label, Seat seat) {
  lease_ = &lease;
  label_ = std::move(label);
  seat_ = std::move(seat);
}

void Connection::release() {
  lease_ = nullptr;
  switch (state()) {
    case State::Idle:
      seat_ = {};
      owner_.onFree(*this);
      break;
    case State::Busy:
      abandon();
      break;
    case State::Finishing:
      events_ = nullptr;
      resumeReading();
      break;
    default:
      break;
  }
}

void Connection::abandon() {
  events_ = nullptr;
  cancel();
  timer_.restart(deadline(options_.terminateTimeout));
  resumeReading();
}

void Connection::detachLease() {
  if (Lease* lease = std::exchange(lease_, nullptr)) lease->connection_ = nullptr;
}

void Connection::move(State state) {
  state_.move(state);
  since_ = loop_.now();
}

void Connection::write(Bytes frame) {
  if (stream_ != nullptr) stream_->write(std::move(frame));
}

void Connection::onTimeout() {
  switch (state()) {
    case State::Connecting:
    case State::Greeting:
      lose({ErrorCode::WorkerUnreachable, "the worker did not say hello in time"});
      break;
    case State::Busy:
      kill("it went on too long after its request was given up");
      break;
    case State::Finishing:
      giveUp({ErrorCode::WorkerDied, "killed: its terminate work took longer than TERMINATE_TIMEOUT"});
      break;
    default:
      break;
  }
}

void Connection::onStreamEnd(const std::optional<Error>& error) {
  // A write that failed must not cost the answer that came before it.
  endSeen_ = true;
  if (error) readLastWords();
  if (state() == State::Closed || paused_) return;
  ended(error ? error->detail : "it closed its connection");
}

/// The connection does not end with the worker where a process that it started holds it open too.
void Connection::onProcessExit() {
  endSeen_ = true;
  readLastWords();
  if (state() == State::Closed || paused_) return;
  ended("its process ended");
}

void Connection::readLastWords() {
  while (state() != State::Closed && !paused_) {
    Bytes rest = stream_->readAvailable();
    if (rest.empty()) return;
    reader_.feed(std::move(rest));
    readFrames();
  }
}

void Connection::ended(const std::string& how) {
  const bool unheard = state() == State::Busy && !taken_;
  lose({unheard || !opened_ ? ErrorCode::WorkerUnreachable : ErrorCode::WorkerDied,
        how + (reader_.atBoundary() ? "" : ", in the middle of a frame")});
}

void Connection::watchProcess(const loop::PeerCredentials& handler) {
  // Only a child of the handler that listens on the socket is signalled: a pid that the worker merely says may be
  // anybody's. The handle stands for that very process from here on.
  auto process = loop::PidHandle::open(loop_, pid());
  if (!process || (*process)->parentPid() != handler.pid) return;
  process_ = std::make_unique<WorkerProcess>(std::move(*process));
  process_->onExit = [this] { onProcessExit(); };
}

}  // namespace bridge::pool
