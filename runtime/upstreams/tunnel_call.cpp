#include "upstreams/tunnel_call.h"

#include <utility>

#include "loop/loop.h"
#include "upstreams/short_answer.h"
#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

using Type = wire::TunnelJob::Type;

}  // namespace

TunnelCall::TunnelCall(const Room& room, Type type, std::string name, const http::Request& request, Answer& answer,
                       TunnelReplies replies, TunnelBody mode)
    : room_(room),
      type_(type),
      name_(std::move(name)),
      request_(request),
      answer_(answer),
      replies_(std::move(replies)),
      mode_(mode),
      deadline_(room.loop) {
  if (room_.settings.tunnelDelegateAuth) {
    ask();
  } else {
    open();
  }
}

void TunnelCall::ask() {
  stage_ = Stage::asking;
  const auto deadline = startDeadline();
  run_ = room_.backend.run({.type = Type::auth,
                            .context = tunnelContext(request_.head, room_.settings.tunnelTokenHeader),
                            .contexts = tunnelContexts(request_.head)},
                           deadline, *this);
}

void TunnelCall::allowed() {
  run_.reset();
  deadline_.stop();
  stage_ = Stage::taking;
  open();
  // Each of these may destroy this.
  const auto alive = std::weak_ptr(alive_);
  if (!duplex_) {
    for (auto& piece : std::exchange(early_, {})) {
      take(std::move(piece));
      if (alive.expired()) {
        return;
      }
    }
    if (std::exchange(earlyEnd_, false)) {
      takeEnd();
    } else {
      answer_.resumeRequest();
    }
  }
}

void TunnelCall::open() {
  const CollectorContext context{room_.loop, room_.spool, 0};
  const auto pause = [this] { answer_.pauseRequest(); };
  const auto resume = [this] { answer_.resumeRequest(); };
  const auto& settings = room_.settings;
  if (mode_ == TunnelBody::form) {
    form_ = std::make_unique<TunnelForm>(
        context, request_.head.headers.find("Content-Type").value_or(""),
        TunnelForm::Limits{.fileBytes = settings.tunnelMaxFile,
                           .files = static_cast<std::size_t>(settings.tunnelMaxFiles),
                           .fieldBytes = settings.tunnelMaxField,
                           .fields = static_cast<std::size_t>(settings.tunnelMaxFields)},
        TunnelForm::Events{pause, resume, [this](TunnelForm::Outcome outcome) { onForm(std::move(outcome)); }});
  } else if (mode_ == TunnelBody::bytes && settings.tunnelDuplex && room_.backend.takesPieces()) {
    duplex_ = true;
    auto job = this->job();
    job.body = R"({"stream":true})";
    run(std::move(job));
  } else if (mode_ == TunnelBody::bytes) {
    bytes_ = std::make_unique<BodyCollector>(
        context, request_.head.contentLength,
        CollectorEvents{pause, resume, [this](Result<CollectedBody> body) { onBytes(std::move(body)); }});
  }
}

void TunnelCall::body(Bytes data) {
  if (stage_ == Stage::answered) {
    return;
  }
  if (stage_ == Stage::asking || (duplex_ && bodyPaused_)) {
    early_.push_back(std::move(data));
    answer_.pauseRequest();
    return;
  }
  take(std::move(data));
}

void TunnelCall::take(Bytes data) {
  if (duplex_) {
    run_->body(std::move(data));
  } else if (form_) {
    form_->add(std::move(data));
  } else if (bytes_) {
    bytes_->add(std::move(data));
  } else if (text_.size() + data.size() > room_.settings.tunnelMaxBody) {
    reply(replies_.error(TunnelError::tooLarge));
  } else if (text_.empty()) {
    text_ = data.release();
  } else {
    text_.append(data.view());
  }
}

void TunnelCall::end() {
  if (stage_ == Stage::asking || (duplex_ && bodyPaused_)) {
    earlyEnd_ = true;
  } else if (stage_ != Stage::answered) {
    takeEnd();
  }
}

void TunnelCall::takeEnd() {
  if (duplex_) {
    run_->bodyEnd();
    if (stage_ == Stage::running) {
      (void)startDeadline();
    }
  } else if (form_) {
    form_->end();
  } else if (bytes_) {
    bytes_->end();
  } else {
    auto job = this->job();
    if (const auto read = readTunnelJson(text_, job); !read.ok()) {
      reply(replies_.error(TunnelError::invalidJson, read.error().detail));
      return;
    }
    text_.clear();
    text_.shrink_to_fit();
    run(std::move(job));
  }
}

void TunnelCall::onForm(TunnelForm::Outcome outcome) {
  if (const auto* refusal = std::get_if<TunnelForm::Refusal>(&outcome)) {
    reply(replies_.error(refusal->error, refusal->subject));
  } else if (const auto* error = std::get_if<Error>(&outcome)) {
    reply(replies_.failure(*error));
  } else {
    auto& taken = std::get<TunnelForm::Taken>(outcome);
    files_ = std::move(taken.uploads);
    auto job = this->job();
    job.value = std::move(taken.input);
    job.files = std::move(taken.files);
    run(std::move(job));
  }
}

void TunnelCall::onBytes(Result<CollectedBody> collected) {
  if (!collected.ok()) {
    reply(replies_.failure(collected.error()));
    return;
  }
  // An empty one needs no file of its own.
  const std::string path = collected->spooled ? collected->spooled->path() : "/dev/null";
  auto job = this->job();
  job.body = R"({"path":)" + wire::jsonQuoted(path) + R"(,"size":)" + std::to_string(collected->length) + "}";
  if (collected->spooled) {
    files_.push_back(std::move(collected->spooled));
  }
  run(std::move(job));
}

void TunnelCall::run(wire::TunnelJob job) {
  stage_ = Stage::running;
  if (room_.settings.tunnelContext) {
    job.context = tunnelContext(request_.head, room_.settings.tunnelTokenHeader);
  }
  job.contexts = tunnelContexts(request_.head);
  wantsPayload_ = job.returnPayload;
  if (wantsPayload_) {
    payload_ = job.value;
  }
  begun_ = room_.loop.now();
  const auto deadline = startDeadline();
  if (duplex_) {
    deadline_.stop();  // It begins with the end of the body.
  }
  run_ = room_.backend.run(std::move(job), deadline, *this);
}

/// When the answer must have begun.
Instant TunnelCall::startDeadline() {
  const auto timeout = tunnelTimeout(room_.settings, name_);
  if (timeout <= Duration::zero()) {
    return Instant::max();
  }
  deadline_.start(timeout, [this] {
    run_.reset();
    reply(replies_.error(TunnelError::timeout));
  });
  return room_.loop.now() + timeout;
}

void TunnelCall::onOutcome(TunnelOutcome outcome) {
  deadline_.stop();
  auto& told = outcome.reply;
  if (stage_ == Stage::asking) {
    told.ok ? allowed() : reply(replies_.fault(told.fault));
    return;
  }
  servedBy(outcome.pid, outcome.waited);
  if (stage_ == Stage::streaming) {
    stage_ = Stage::answered;
    told.ok ? answer_.end() : breakOff("tunnel: a stream broke off: " + told.fault.message);
  } else if (!told.ok) {
    reply(replies_.fault(told.fault));
  } else if (type_ == Type::event && !wantsPayload_) {
    reply(replies_.ok({}));
  } else {
    const auto& result = told.result.empty() ? payload_ : told.result;
    reply(replies_.ok(result.empty() ? "null" : result));
  }
}

/// Behind the flush of the head: else a failure in the same turn would be answered with a page that is no envelope.
void TunnelCall::breakOff(std::string why) {
  room_.loop.defer([this, alive = std::weak_ptr(alive_), why = std::move(why)] {
    if (!alive.expired()) {
      answer_.fail({ErrorCode::WorkerDied, why});
    }
  });
}

void TunnelCall::onStream(wire::TunnelStreamHead head, pid_t pid) {
  if (stage_ != Stage::running) {
    return;
  }
  stage_ = Stage::streaming;
  servedBy(pid, {});
  watchSilence();
  answer_.head(replies_.stream(head));
}

void TunnelCall::onChunk(Bytes data) {
  watchSilence();
  answer_.body(std::move(data));
}

void TunnelCall::watchSilence() {
  deadline_.start(room_.settings.streamIdleTimeout, [this] {
    run_.reset();
    stage_ = Stage::answered;
    answer_.fail({ErrorCode::StreamIdle, "tunnel: " + name_});
  });
}

void TunnelCall::pause() {
  if (stage_ == Stage::streaming) {
    deadline_.stop();  // It is the client who is slow; the connection looks after that.
    run_->pause();
  }
}

void TunnelCall::resume() {
  if (stage_ == Stage::streaming) {
    watchSilence();
    run_->resume();
  }
}

void TunnelCall::onBodyFlow(bool paused) {
  if (!duplex_ || std::exchange(bodyPaused_, paused) == paused) {
    return;
  }
  if (paused) {
    answer_.pauseRequest();
    return;
  }
  for (auto& piece : std::exchange(early_, {})) {
    run_->body(std::move(piece));
  }
  if (std::exchange(earlyEnd_, false)) {
    takeEnd();
  } else if (!bodyPaused_) {
    // Last: what comes may destroy this.
    answer_.resumeRequest();
  }
}

/// Clients do not close one direction only: who sends FIN has given up, and the task is to know.
void TunnelCall::halfClosed() {
  if (!run_) {
    return;
  }
  run_.reset();
  deadline_.stop();
  if (stage_ == Stage::streaming) {
    stage_ = Stage::answered;
    answer_.fail({ErrorCode::ClientGone, {}});
  } else {
    reply(replies_.error(TunnelError::aborted));
  }
}

void TunnelCall::servedBy(pid_t pid, Duration waited) {
  answer_.servedBy({.pid = pid, .waited = waited, .worked = room_.loop.now() - begun_ - waited, .kind = {}});
}

void TunnelCall::reply(TunnelReplies::Reply reply) {
  stage_ = Stage::answered;
  answerWhole(answer_, std::move(reply.head), Bytes(std::move(reply.body)), alive_);
}

}  // namespace bridge::upstreams
