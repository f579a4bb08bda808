#include "server/exchange.h"

#include <utility>

#include "base/log.h"
#include "http/accept.h"
#include "http/error_page.h"
#include "server/file_source.h"
#include "server/record.h"

namespace bridge::server {
namespace {

/// Bytes waiting for a slow client at which the upstream is paused, and at which it goes on: two large reads of a fast
/// one, for which each turn of the loop is a wake-up of both ends.
constexpr std::size_t kHighWater = 512U << 10U;
constexpr std::size_t kLowWater = 256U << 10U;
/// At which no more of a file is read.
constexpr std::size_t kFileHighWater = 256U << 10U;

std::vector<Bytes> single(Bytes bytes) {
  std::vector<Bytes> one;
  one.push_back(std::move(bytes));
  return one;
}

}  // namespace

const std::initializer_list<std::pair<Exchange::State, Exchange::State>> Exchange::Traits::kEdges = {
    {State::Reading, State::Routing},   {State::Reading, State::Writing},   {State::Routing, State::Sending},
    {State::Routing, State::Writing},   {State::Sending, State::Waiting},   {State::Sending, State::Receiving},
    {State::Sending, State::Writing},   {State::Waiting, State::Receiving}, {State::Waiting, State::Writing},
    {State::Receiving, State::Writing}, {State::Writing, State::Done},      {State::Reading, State::Done},
    {State::Routing, State::Done},      {State::Sending, State::Done},      {State::Waiting, State::Done},
    {State::Receiving, State::Done},
};

std::string_view Exchange::Traits::name(State state) {
  switch (state) {
    case State::Reading:
      return "Reading";
    case State::Routing:
      return "Routing";
    case State::Sending:
      return "Sending";
    case State::Waiting:
      return "Waiting";
    case State::Receiving:
      return "Receiving";
    case State::Writing:
      return "Writing";
    case State::Done:
      return "Done";
  }
  return "";
}

Exchange::Exchange(Front& front, Client& client, http::Request request, bool mayKeepAlive)
    : front_(front),
      client_(client),
      request_(std::move(request)),
      writer_({.version = request_.head.version, .head = isHead()}),
      mayKeepAlive_(mayKeepAlive) {}

Exchange::~Exchange() = default;

void Exchange::begin() {
  state_.move(State::Routing);
  for (const auto& filter : front_.filters) {
    if (auto answer = filter->onRequest(request_)) {
      reply(std::move(*answer));
      return;
    }
  }
  auto route = front_.router.find(request_.head.path,
                                  [this](const auto* upstream) { return upstream->serves(request_.head.path); });
  if (!route) {
    replyError({ErrorCode::NotFound, "no route"});
    return;
  }
  route_ = route->pattern;
  kind_ = route->target->kind();
  terms_ = route->target->terms();
  if (request_.head.contentLength.value_or(0) > maxBody()) {
    replyError({ErrorCode::PayloadTooLarge, fmt::format("Content-Length {}", *request_.head.contentLength)});
    return;
  }
  state_.move(State::Sending);
  call_ = route->target->start(request_, route->params, *this);
  if (request_.head.expectContinue) {
    inviteDue_ = true;
    // Behind what the upstream has deferred: it may refuse the request without its body.
    front_.loop.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        invite();
      }
    });
  }
}

/// RFC 9110, 10.1.1: not where an answer or the body is there already.
void Exchange::invite() {
  if (inviteDue_ && !requestPaused_ && state_.is(State::Sending) && bodyReceived_ == 0) {
    inviteDue_ = false;
    client_.write(single(Bytes::copyOf("HTTP/1.1 100 Continue\r\n\r\n")));
  }
}

void Exchange::refuse(Error error) {
  for (const auto& filter : front_.filters) {
    if (filter->onRequest(request_)) {
      break;
    }
  }
  replyError(error);
}

void Exchange::requestBody(Bytes data) {
  bodyReceived_ += data.size();
  if (bodyReceived_ > maxBody()) {
    requestFailed({ErrorCode::PayloadTooLarge, "chunked body"});
    return;
  }
  if (call_ && !answerEnded_) {
    call_->body(std::move(data));
  }
}

void Exchange::requestEnd() {
  requestComplete_ = true;
  if (state_.is(State::Sending)) {
    state_.move(State::Waiting);
  }
  if (call_ && !answerEnded_) {
    call_->end();
  }
}

void Exchange::requestFailed(Error error) {
  mayKeepAlive_ = false;
  if (answerEnded_) {
    return;
  }
  call_.reset();
  fail(std::move(error));
}

void Exchange::clientHalfClosed() {
  if (call_ && !answerEnded_) {
    call_->halfClosed();
  }
}

void Exchange::clientGone() {
  if (!state_.is(State::Done)) {
    cut({ErrorCode::ClientGone, {}});
  }
}

void Exchange::drained() {
  if (file_) {
    file_->resume();
  }
  applyBackPressure();
  finishWhenWritten();
}

void Exchange::informational(http::ResponseHead head) {
  if (answerBegun_ || answerEnded_) {
    return;
  }
  if (auto bytes = writer_.informational(head); bytes.ok() && !bytes->empty()) {
    client_.write(single(std::move(*bytes)));
  }
}

void Exchange::head(http::ResponseHead head) {
  if (state_.is(State::Sending) || state_.is(State::Waiting)) {
    state_.move(State::Receiving);
  }
  status_ = head.status;
  heldHead_ = std::move(head);
  scheduleFlush();
}

void Exchange::body(Bytes data) {
  if (answerEnded_ || data.empty()) {
    return;
  }
  if (file_) {
    following_.push_back({.text = std::move(data), .file = {}, .range = {}});
  } else {
    append(std::move(data));
  }
}

void Exchange::append(Bytes data) {
  heldBytes_ += data.size();
  heldBody_.push_back(std::move(data));
  scheduleFlush();
  applyBackPressure();
}

void Exchange::file(loop::OpenFile file, upstreams::FileRange range) {
  if (heldHead_ && !heldHead_->headers.has("Content-Length")) {
    heldHead_->headers.add("Content-Length", std::to_string(range.length));
  }
  if (answerEnded_ || isHead() || range.length == 0) {
    return;
  }
  if (file_) {
    following_.push_back({.text = {}, .file = std::move(file), .range = range});
  } else {
    sendFile(std::move(file), range);
  }
}

void Exchange::sendFile(loop::OpenFile file, upstreams::FileRange range) {
  file_ = std::make_unique<FileSource>(
      front_.loop, std::move(file), range,
      FileSource::Events{.onData = [this](Bytes data) { append(std::move(data)); },
                         .onEnd =
                             [this](Result<void> result) {
                               file_.reset();
                               if (!result.ok()) {
                                 fail(std::move(result).error());
                               } else {
                                 goOn();
                               }
                             },
                         .mayRead = [this] { return heldBytes_ + client_.pendingWrite() < kFileHighWater; }});
}

void Exchange::goOn() {
  while (!file_ && !following_.empty()) {
    auto next = std::move(following_.front());
    following_.pop_front();
    if (next.range.length > 0) {
      sendFile(std::move(next.file), next.range);
    } else {
      append(std::move(next.text));
    }
  }
  if (!file_ && answerEnded_) {
    flush();
  }
}

void Exchange::end() {
  if (answerEnded_) {
    return;
  }
  answerEnded_ = true;
  if (!file_) {
    flush();
  }
}

void Exchange::fail(Error error) {
  if (state_.is(State::Done)) {
    return;
  }
  if (answerBegun_) {
    // What the upstream gave before it failed belongs to the client, also where both came in one turn.
    std::vector<Bytes> out;
    takeHeldBody(out);
    if (!out.empty()) {
      client_.write(std::move(out));
    }
  }
  if (answerBegun_ || error.info().status == 0) {
    cut(error);
    return;
  }
  replyError(error);
}

void Exchange::pauseRequest() {
  if (!requestComplete_) {
    requestPaused_ = true;
    client_.pauseBody();
  }
}

void Exchange::resumeRequest() {
  requestPaused_ = false;
  invite();
  client_.resumeBody();
}

void Exchange::reply(Reply reply) {
  heldBody_.clear();
  heldBytes_ = 0;
  file_.reset();
  following_.clear();
  heldHead_ = std::move(reply.head);
  status_ = heldHead_->status;
  if (!reply.body.empty()) {
    heldBytes_ = reply.body.size();
    heldBody_.push_back(Bytes(std::move(reply.body)));
  }
  answerEnded_ = true;
  flush();
}

void Exchange::replyError(const Error& error) {
  note(error);
  const int status = error.info().status;
  auto page = http::errorPage(status, request_.id, http::wantsPage(request_.head.headers));
  http::ResponseHead head{.status = status, .reason = {}, .headers = {{"Content-Type", std::string(page.contentType)}}};
  if (status == 503) {
    head.headers.add("Retry-After", "1");
  }
  // The rest of a refused request is not worth reading, and who sends a bad one may mean another request than we see.
  mayKeepAlive_ = mayKeepAlive_ && bodyOver() && error.code != ErrorCode::BadRequest;
  reply({std::move(head), std::move(page.body)});
}

void Exchange::scheduleFlush() {
  if (flushScheduled_) {
    return;
  }
  flushScheduled_ = true;
  front_.loop.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      flushScheduled_ = false;
      flush();
    }
  });
}

bool Exchange::writeHead(std::optional<std::uint64_t> bodyLength, std::vector<Bytes>& out) {
  auto head = std::move(*heldHead_);
  heldHead_.reset();
  for (const auto& filter : front_.filters) {
    filter->onResponse(request_, head);
  }
  const bool keepAlive = mayKeepAlive_ && bodyOver() && request_.head.keepAlive && !front_.draining;
  writer_ = http::H1Writer({.version = request_.head.version, .head = isHead(), .keepAlive = keepAlive});
  auto bytes = writer_.head(head, front_.date(), bodyLength);
  if (!bytes.ok()) {
    call_.reset();
    replyError(bytes.error());
    return false;
  }
  answerBegun_ = true;
  out.push_back(std::move(*bytes));
  return true;
}

void Exchange::takeHeldBody(std::vector<Bytes>& out) {
  auto chunks = std::exchange(heldBody_, {});
  heldBytes_ = 0;
  for (Bytes& chunk : chunks) {
    writer_.body(std::move(chunk), out);
  }
}

void Exchange::flush() {
  if (state_.is(State::Done)) {
    return;
  }
  const bool complete = answerEnded_ && !file_;
  // One write for all of it: a head that goes ahead of its body costs a system call and a packet.
  std::vector<Bytes> out;
  if (heldHead_) {
    // The length of an answer to HEAD is the upstream's to tell: its body was never made.
    const bool lengthKnown = complete && !isHead();
    if (!writeHead(lengthKnown ? std::optional<std::uint64_t>(heldBytes_) : std::nullopt, out)) {
      return;
    }
  }
  takeHeldBody(out);
  if (complete && !state_.is(State::Writing)) {
    state_.move(State::Writing);
    auto last = writer_.end();
    if (!last.ok()) {
      client_.write(std::move(out));
      cut(last.error());
      return;
    }
    if (!last->empty()) {
      out.push_back(std::move(*last));
    }
  }
  if (!out.empty()) {
    client_.write(std::move(out));
  }
  if (complete) {
    finishWhenWritten();
    return;
  }
  if (file_) {
    // Where the socket has taken everything at once, nobody else says so.
    file_->resume();
  }
  applyBackPressure();
}

void Exchange::applyBackPressure() {
  if (!call_ || answerEnded_) {
    return;
  }
  const std::size_t waiting = heldBytes_ + client_.pendingWrite();
  if (!upstreamPaused_ && waiting > kHighWater) {
    upstreamPaused_ = true;
    call_->pause();
  } else if (upstreamPaused_ && waiting < kLowWater) {
    upstreamPaused_ = false;
    call_->resume();
  }
}

void Exchange::finishWhenWritten() {
  if (state_.is(State::Writing) && client_.pendingWrite() == 0) {
    finish();
  }
}

void Exchange::finish() {
  if (writer_.excess()) {
    log::warn("server", "id={} the upstream sent more body than its answer may have; the rest was dropped",
              request_.id);
  }
  state_.move(State::Done);
  if (call_) {
    call_->written();
  }
  record(false);
  client_.exchangeDone(writer_.keepAlive());
}

void Exchange::cut(const Error& error) {
  note(error);
  answerEnded_ = true;
  call_.reset();
  file_.reset();
  following_.clear();
  state_.move(State::Done);
  record(true);
  client_.exchangeCut();
}

void Exchange::note(const Error& error) {
  error_ = error;
  if (log::enabled(error.info().level)) {
    log::write(error.info().level, "server", fmt::format("id={} {}", request_.id, log::escape(error.message())));
  }
}

void Exchange::record(bool cut) {
  server::record(front_, {.request = request_,
                          .route = route_,
                          .kind = served_.kind.empty() ? kind_ : served_.kind,
                          .status = answerBegun_ ? status_ : 0,
                          .bytes = writer_.bodyBytes(),
                          .served = served_,
                          .error = error_,
                          .cut = cut});
}

}  // namespace bridge::server
