#include "upstreams/tunnel_call.h"

#include <algorithm>
#include <utility>

#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

using Type = wire::TunnelJob::Type;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// What a worker may know of the request; the token is none of its business.
std::string contextOf(const http::RequestHead& head, std::string_view tokenHeader) {
  std::string json =
      R"({"method":)" + wire::jsonQuoted(head.method) + R"(,"path":)" + wire::jsonQuoted(head.path) + R"(,"headers":{)";
  bool first = true;
  for (const auto& [name, value] : head.headers) {
    if (http::equalsIgnoreCase(name, tokenHeader)) {
      continue;
    }
    json += (first ? "" : ",") + wire::jsonQuoted(lower(name)) + ":" + wire::jsonQuoted(value);
    first = false;
  }
  return json + R"(},"query":{}})";
}

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

TunnelCall::TunnelCall(const Room& room, Type type, std::string name, const http::Request& request, Answer& answer)
    : room_(room),
      type_(type),
      name_(std::move(name)),
      request_(request),
      answer_(answer),
      replies_(room.settings, request),
      deadline_(room.loop) {}

void TunnelCall::body(Bytes data) {
  if (answered_) {
    return;
  }
  if (body_.size() + data.size() > room_.settings.tunnelMaxBody) {
    reply(replies_.error(TunnelError::tooLarge));
    return;
  }
  if (body_.empty()) {
    body_ = data.release();
  } else {
    body_.append(data.view());
  }
}

/// `{"input":X}` is X; what is no such object is the input itself. An event's payload has no such shorthand.
Result<wire::TunnelJob> TunnelCall::job() const {
  wire::TunnelJob job{.type = type_, .name = name_, .value = {}, .returnPayload = false, .context = {}};
  if (isBlank(body_)) {
    return job;
  }
  const auto outline = wire::JsonOutline::of(body_);
  if (!outline.ok()) {
    return outline.error();
  }
  const auto graph = outline->find("__graph");
  const auto member = outline->find(type_ == Type::task ? "input" : "payload");
  if (member && !(graph && wire::jsonTrue(*graph))) {
    job.value = *member;
  } else if (type_ == Type::task || graph) {
    job.value = body_;
  }
  if (type_ == Type::event) {
    const auto asked = outline->find("returnPayload");
    job.returnPayload = asked && wire::jsonTrue(*asked);
  }
  return job;
}

void TunnelCall::end() {
  if (answered_) {
    return;
  }
  auto read = job();
  if (!read.ok()) {
    reply(replies_.error(TunnelError::invalidJson, read.error().detail));
    return;
  }
  body_.clear();
  body_.shrink_to_fit();
  if (room_.settings.tunnelContext) {
    read->context = contextOf(request_.head, room_.settings.tunnelTokenHeader);
  }
  wantsPayload_ = read->returnPayload;
  if (wantsPayload_) {
    payload_ = read->value;
  }
  begun_ = room_.loop.now();
  const Duration timeout = room_.settings.tunnelTimeout;
  const bool ends = timeout > Duration::zero();
  if (ends) {
    deadline_.start(timeout, [this] {
      run_.reset();
      reply(replies_.error(TunnelError::timeout));
    });
  }
  run_ = room_.backend.run(std::move(*read), ends ? begun_ + timeout : Instant::max(),
                           [this](TunnelOutcome outcome) { onOutcome(std::move(outcome)); });
}

void TunnelCall::onOutcome(TunnelOutcome outcome) {
  deadline_.stop();
  answer_.servedBy(
      {.pid = outcome.pid, .waited = outcome.waited, .worked = room_.loop.now() - begun_ - outcome.waited, .kind = {}});
  auto& told = outcome.reply;
  if (!told.ok) {
    reply(replies_.fault(told.fault));
  } else if (type_ == Type::event && !wantsPayload_) {
    reply(replies_.ok({}));
  } else {
    const auto& result = told.result.empty() ? payload_ : told.result;
    reply(replies_.ok(result.empty() ? "null" : result));
  }
}

/// Clients do not close one direction only: who sends FIN has given up, and the task is to know.
void TunnelCall::halfClosed() {
  if (run_) {
    answered_ = true;
    deadline_.stop();
    run_.reset();
    answer_.fail({ErrorCode::ClientGone, {}});
  }
}

void TunnelCall::reply(TunnelReplies::Reply reply) {
  answered_ = true;
  // A copy of what is needed: each of these may destroy this.
  auto& answer = answer_;
  const auto alive = std::weak_ptr(alive_);
  answer.head(std::move(reply.head));
  if (!alive.expired()) {
    answer.body(Bytes(std::move(reply.body)));
  }
  if (!alive.expired()) {
    answer.end();
  }
}

}  // namespace bridge::upstreams
