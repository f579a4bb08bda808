// The reading half of Connection: what a worker may say in which state.

#include <utility>
#include <variant>

#include "base/log.h"
#include "loop/loop.h"
#include "pool/connection.h"
#include "pool/lease.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace bridge::pool {

void Connection::readFrames() {
  while (state() != State::Closed && !paused_) {
    auto frame = reader_.next();
    if (!frame) {
      giveUp(std::move(frame).error());
      return;
    }
    if (!*frame) return;
    dispatch(**frame);
  }
}

void Connection::dispatch(wire::Frame& frame) {
  if (frame.kind == wire::Frame::Kind::bytes) {
    onBody(std::move(frame.bytes));
    return;
  }
  auto message = wire::decodeWorkerMessage(frame.message);
  if (!message) {
    giveUp(std::move(message).error());
    return;
  }
  std::visit([this](auto& one) { onMessage(one); }, *message);
}

void Connection::onMessage(wire::Hello& message) {
  if (state() != State::Greeting) return unexpected("hello");
  hello_ = std::move(message);
  if (hello_.version != wire::kVersion) {
    return refuse("the worker speaks version " + std::to_string(hello_.version) +
                  " of the protocol, the server version " + std::to_string(wire::kVersion) +
                  ": the package and the program are not of one release");
  }
  const auto handler = stream_->peerCredentials();
  if (!handler) return refuse("the socket does not say whose it is");
  if (options_.verify) {
    if (const auto reason = options_.verify(hello_, *handler)) return refuse(*reason);
  }
  opened_ = true;
  watchProcess(*handler);
  write(wire::encode(wire::Welcome()));
  timer_.stop();
  move(State::Idle);
  owner_.onOpened(*this);
}

void Connection::onMessage(wire::Taken& /*message*/) {
  if (state() != State::Busy || taken_) return unexpected("taken");
  taken_ = true;
  if (events_ != nullptr) events_->onTaken();
}

void Connection::onMessage(wire::Info& message) {
  if (state() != State::Busy || !taken_ || answered_) return unexpected("info");
  if (events_ != nullptr) events_->onInfo(std::move(message));
}

void Connection::onMessage(wire::AnswerHead& message) {
  if (state() != State::Busy || !taken_ || answered_) return unexpected("answer");
  answered_ = true;
  answerIsFile_ = message.file.has_value();
  if (events_ != nullptr) events_->onAnswer(std::move(message));
}

void Connection::onBody(Bytes data) {
  if (state() != State::Busy || !answered_ || answerIsFile_) return unexpected("body bytes");
  if (events_ != nullptr && !data.empty()) events_->onBody(std::move(data));
}

void Connection::onMessage(wire::End& message) {
  if (state() != State::Busy || !answered_) return unexpected("end");
  move(State::Finishing);
  timer_.restart(deadline(options_.terminateTimeout));
  if (events_ != nullptr) events_->onEnd(message);
}

void Connection::onMessage(wire::Ready& message) {
  if (state() != State::Finishing) return unexpected("ready");
  timer_.stop();
  lastReady_ = std::move(message);
  if (firstMemory_ == 0) firstMemory_ = lastReady_.memory;
  move(lastReady_.retire && !lastReady_.patient ? State::Retiring : State::Idle);
  seat_ = {};
  detachLease();
  const auto alive = alive_;
  if (WorkerEvents* events = std::exchange(events_, nullptr)) events->onReady();
  if (*alive && state() != State::Closed) owner_.onFree(*this);
}

void Connection::onMessage(wire::Pong& message) {
  if (!pingedAt_) return unexpected("pong");
  pingedAt_.reset();
  lastReady_.memory = message.memory;
}

void Connection::onMessage(wire::Stack& message) {
  // One that was asked for may cross the end of its request.
  if (events_ != nullptr && state() == State::Busy) events_->onStack(std::move(message));
}

void Connection::onMessage(wire::Outdated& message) {
  if ((state() != State::Busy || !taken_) && state() != State::Finishing) return unexpected("outdated");
  owner_.onOutdated(*this, message);
}

void Connection::unexpected(std::string_view what) {
  giveUp({ErrorCode::ProtocolViolation, "the worker sent " + std::string(what) + " while " + std::string(stateName())});
}

void Connection::refuse(const std::string& reason) {
  log::error("pool", "worker {} is refused: {}", hello_.pid, log::escape(reason));
  write(wire::encode(wire::Refuse{reason}));
  lose({ErrorCode::NoWorkers, reason});
}

}  // namespace bridge::pool
