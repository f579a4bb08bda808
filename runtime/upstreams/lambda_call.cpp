#include "upstreams/lambda_call.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "upstreams/body_collector.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

/// RFC 9110, 9.2.2.
constexpr std::array<std::string_view, 5> kIdempotent = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};

}  // namespace

LambdaCall::LambdaCall(const Room& room, const http::Request& request, Answer& answer, OnReply onReply)
    : room_(room), request_(request), answer_(answer), onReply_(std::move(onReply)) {}

LambdaCall::~LambdaCall() {
  if (link_ != nullptr) {
    link_->abandon();
  }
}

void LambdaCall::body(Bytes data) {
  if (!collector_) {
    collector_ = std::make_unique<BodyCollector>(
        CollectorContext{room_.loop, room_.spool, room_.settings.bodyMemoryLimit}, request_.head.contentLength,
        CollectorEvents{.onPause = [this] { answer_.pauseRequest(); },
                        .onResume = [this] { answer_.resumeRequest(); },
                        .onDone = [this](Result<CollectedBody> body) { onCollected(std::move(body)); }});
  }
  collector_->add(std::move(data));
}

void LambdaCall::end() {
  if (collector_) {
    collector_->end();
  } else {
    onCollected(CollectedBody{});
  }
}

void LambdaCall::onCollected(Result<CollectedBody> body) {
  if (!body.ok()) {
    failLater(std::move(body).error());
    return;
  }
  body_ = std::move(*body);
  if (body_.spooled) {
    auto file = loop::OpenFile::open(body_.spooled->path());
    if (!file.ok()) {
      failLater({ErrorCode::Internal, file.error().detail});
      return;
    }
    file_ = std::move(*file);
  }
  askedAt_ = room_.loop.preciseNow();
  process_ = room_.routes.find(request_.head.path);
  if (process_ == nullptr) {
    failLater({ErrorCode::NotFound, "its process has left the manifest"});
    return;
  }
  ask(pool::Queue::Place::back);
}

LambdaLink::Request LambdaCall::message() const {
  if (!body_.spooled) {
    return {.text = wire::lambdaRequest(request_.head, body_.memory)};
  }
  return {.text = wire::lambdaRequestBefore(request_.head), .file = file_.share()};
}

void LambdaCall::failLater(Error error) {
  room_.loop.defer([this, error = std::move(error), alive = std::weak_ptr(alive_)]() mutable {
    if (!alive.expired()) {
      answer_.fail(std::move(error));
    }
  });
}

void LambdaCall::ask(pool::Queue::Place place) {
  ticket_ = process_->ask(
      request_.head.path, [this](Result<LambdaLink*> link) { onLink(std::move(link)); }, place);
}

void LambdaCall::onLink(Result<LambdaLink*> link) {
  sentAt_ = room_.loop.preciseNow();
  if (!link.ok()) {
    tellServed();
    answer_.fail(std::move(link).error());
    return;
  }
  link_ = *link;
  pid_ = link_->pid();
  link_->send(message(), room_.settings.lambdasRequestTimeout, static_cast<std::size_t>(room_.settings.lambdasMaxReply),
              *this);
}

/// Who leaves while the request waits does not want it.
void LambdaCall::halfClosed() {
  if (ticket_) {
    ticket_ = pool::Ticket();
    answer_.fail({ErrorCode::ClientGone, "it left while its request waited for a process"});
  }
}

void LambdaCall::tellServed() {
  answer_.servedBy({.pid = pid_,
                    .waited = sentAt_ - askedAt_,
                    .worked = pid_ == 0 ? Duration::zero() : room_.loop.preciseNow() - sentAt_,
                    .kind = {}});
}

void LambdaCall::give(std::string_view text) {
  link_ = nullptr;
  tellServed();
  auto reply = wire::parseLambdaReply(text);
  if (!reply.ok()) {
    answer_.fail(std::move(reply).error());
    return;
  }
  if (request_.head.method == "HEAD" && !reply->body.empty()) {
    reply->head.headers.add("Content-Length", std::to_string(reply->body.size()));
    reply->body.clear();
  }
  if (onReply_) {
    onReply_(reply->head, reply->body);
  }
  answerWhole(answer_, std::move(reply->head), Bytes(std::move(reply->body)), alive_);
}

/// A process that ends after each reply may have been given a request that it never saw.
bool LambdaCall::mayRepeat(const LambdaLink::Loss& loss) const {
  const bool idempotent = std::ranges::find(kIdempotent, request_.head.method) != kIdempotent.end();
  return !repeated_ && loss.silent && ((loss.unread && (loss.reused || idempotent)) || (loss.reused && idempotent));
}

void LambdaCall::lose(LambdaLink::Loss loss) {
  link_ = nullptr;
  if (loss.error.code == ErrorCode::ProcessSilent && mayRepeat(loss) && !process_->leaving()) {
    log::debug("lambdas", "id={} is given to the process again", request_.id);
    repeated_ = true;
    ask(pool::Queue::Place::front);
    return;
  }
  tellServed();
  answer_.fail(std::move(loss.error));
}

}  // namespace bridge::upstreams
