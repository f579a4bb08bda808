#include "upstreams/lambda_link.h"

#include <utility>

#include "base/log.h"
#include "http/h1_writer.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr int kLeastSuccess = 200;
constexpr int kLastSuccess = 299;

bool isBlank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

}  // namespace

LambdaLink::LambdaLink(loop::Loop& loop, std::unique_ptr<loop::Stream> stream, Options options, Events events)
    : loop_(loop),
      options_(std::move(options)),
      events_(std::move(events)),
      parser_(http::H1Parser::Role::response, {}),
      timer_(loop),
      stream_(std::move(stream)) {
  stream_->startReading({.onData = [this](Bytes data) { onData(data.view()); },
                         .onEnd = [this](const std::optional<Error>& error) { onEnd(error); }});
}

void LambdaLink::send(Request request, Duration timeout, std::size_t maxReply, Client& client) {
  client_ = &client;
  busy_ = true;
  begun_ = false;
  maxReply_ = maxReply;
  reply_.clear();
  timer_.start(timeout, [this] { onDeadline(); });
  if (request.file) {
    upload(std::move(request));
    return;
  }
  auto bytes = options_.mode == config::LambdaMode::pipe ? Bytes(std::move(request.text))
                                                         : http::postRequest("/", options_.host, kJson, request.text);
  // Where the process is gone, the reading side says so, behind what it may have replied.
  stream_->write(std::move(bytes), [this](const Result<void>& written) { writeFailed_ = !written.ok(); });
}

void LambdaLink::upload(Request request) {
  const std::string behind(wire::kLambdaRequestBehind);
  if (options_.mode == config::LambdaMode::http) {
    const auto encoded = (request.file->size() + 2) / 3 * 4;
    request.text.insert(0, http::postHead("/", options_.host, kJson, request.text.size() + encoded + behind.size()));
  }
  upload_ = std::make_unique<LambdaUpload>(loop_, *stream_, *request.file, [this](Result<void> sent) {
    // Where the process is gone, the reading side says so.
    upload_.reset();
    if (!sent.ok()) {
      lose(std::move(sent).error());
    }
  });
  upload_->start(std::move(request.text), behind);
}

void LambdaLink::abandon() {
  client_ = nullptr;
  if (!options_.discards) {
    stream_->stopReading();
    loop_.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        leave();
      }
    });
  }
}

void LambdaLink::onData(std::string_view data) {
  if (!busy_) {
    if (!isBlank(data)) {
      log::warn("lambdas", "process {} sends what nobody asked for: its connection is closed", options_.pid);
      leave();
    }
    return;
  }
  options_.mode == config::LambdaMode::pipe ? feedPipe(data) : feedHttp(data);
}

void LambdaLink::feedPipe(std::string_view data) {
  begun_ = begun_ || !isBlank(data);
  const auto state = end_.feed(data);
  const auto length = state == wire::ReplyEnd::State::noObject ? 0 : end_.end();
  if (state == wire::ReplyEnd::State::noObject) {
    lose({ErrorCode::ProtocolViolation, "its reply is no JSON object"});
  } else if (tooLarge(length)) {
    lose({ErrorCode::ProtocolViolation, "its reply has more than " + std::to_string(maxReply_) + " bytes"});
  } else if (state == wire::ReplyEnd::State::more) {
    reply_.append(data.substr(0, length));
  } else {
    end_.reset();
    // More than one object: nobody knows what the rest belongs to.
    const bool reusable = isBlank(data.substr(length));
    if (reply_.empty()) {
      finishReply(data.substr(0, length), reusable);
    } else {
      reply_.append(data.substr(0, length));
      finishReply(std::exchange(reply_, {}), reusable);
    }
  }
}

void LambdaLink::feedHttp(std::string_view data) {
  begun_ = true;
  while (!data.empty()) {
    const auto taken = parser_.feed(data, *this);
    if (!taken.ok()) {
      lose({ErrorCode::ProtocolViolation, "its answer is no HTTP: " + taken.error().detail});
      return;
    }
    if (tooLarge(0)) {
      lose({ErrorCode::ProtocolViolation, "its reply has more than " + std::to_string(maxReply_) + " bytes"});
      return;
    }
    data.remove_prefix(*taken);
    if (parser_.done()) {
      const int status = status_;
      parser_.reset();
      if (status >= kLeastSuccess) {
        finishReply(std::exchange(reply_, {}), keepAlive_ && data.empty());
        return;
      }
    }
  }
}

http::Flow LambdaLink::onRequestHead(http::RequestHead /*head*/) { return http::Flow::more; }

http::Flow LambdaLink::onResponseHead(http::ResponseHead head, const http::ResponseFraming& framing) {
  status_ = head.status;
  keepAlive_ = framing.keepAlive && !framing.untilClose;
  return http::Flow::more;
}

http::Flow LambdaLink::onBody(std::string_view data) {
  // What is too large is seen by who feeds.
  reply_.append(data.substr(0, maxReply_ + 1));
  return http::Flow::more;
}

void LambdaLink::finishReply(std::string_view reply, bool reusable) {
  timer_.stop();
  busy_ = false;
  ++served_;
  const auto alive = std::weak_ptr(alive_);
  if (auto* client = std::exchange(client_, nullptr)) {
    if (options_.mode == config::LambdaMode::http && (status_ < kLeastSuccess || status_ > kLastSuccess)) {
      client->lose(
          {.error = {ErrorCode::ProtocolViolation, "it answers with the HTTP status " + std::to_string(status_)},
           .unread = false,
           .silent = false,
           .reused = false});
    } else {
      client->give(reply);
    }
  }
  if (alive.expired()) {
    return;
  }
  // Who replies before it has read its request does not read it any more.
  if (!reusable || upload_) {
    leave();
    return;
  }
  if (options_.idleTimeout > Duration::zero()) {
    timer_.start(options_.idleTimeout, [this] { leave(); });
  }
  // A copy: it may destroy this.
  const auto onFree = events_.onFree;
  onFree();
}

void LambdaLink::onEnd(const std::optional<Error>& error) {
  if (!busy_) {
    leave();
    return;
  }
  if (options_.mode == config::LambdaMode::http && begun_ && !error && parser_.finish(*this).ok() && parser_.done()) {
    finishReply(std::exchange(reply_, {}), false);
    return;
  }
  lose({ErrorCode::ProcessSilent,
        begun_ ? "it closed the connection inside its reply" : "it closed the connection without a reply"},
       !begun_ && (error || writeFailed_));
}

void LambdaLink::onDeadline() {
  late_ = true;
  lose({ErrorCode::ProcessDeadline, "process " + std::to_string(options_.pid)});
}

void LambdaLink::lose(Error error, bool unread) {
  const auto alive = std::weak_ptr(alive_);
  if (auto* client = std::exchange(client_, nullptr)) {
    client->lose({.error = std::move(error), .unread = unread, .silent = !begun_, .reused = served_ > 0});
  }
  if (!alive.expired()) {
    leave();
  }
}

void LambdaLink::leave() {
  // It destroys this.
  const auto onGone = std::move(events_.onGone);
  onGone();
}

}  // namespace bridge::upstreams
