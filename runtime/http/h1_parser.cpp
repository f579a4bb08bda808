#include "http/h1_parser.h"

#include <algorithm>
#include <utility>

#include "http/h1_head.h"
#include "http/h1_rules.h"

namespace bridge::http {

H1Parser::H1Parser(Role role, const H1Limits& limits)
    : role_(role), head_(limits, role == Role::request ? checkRequestLine : checkStatusLine), chunks_(limits) {}

Result<std::size_t> H1Parser::feed(std::string_view data, H1Handler& handler) {
  std::size_t consumed = 0;
  paused_ = false;
  while (!paused_) {
    if (state_ == State::failed) return *error_;
    if (state_ == State::done) break;
    if (state_ == State::ending) {
      state_ = State::done;
      handler.onEnd();
      break;
    }
    const auto rest = data.substr(consumed);
    if (rest.empty()) break;
    const auto taken = state_ == State::head ? feedHead(rest, handler) : feedBody(rest, handler);
    if (!taken) return fail(taken.error());
    consumed += *taken;
  }
  return consumed;
}

Result<std::size_t> H1Parser::feedHead(std::string_view data, H1Handler& handler) {
  const auto progress = head_.feed(data);
  if (!progress) return progress.error();
  if (progress->lines) {
    const auto taken =
        role_ == Role::request ? takeRequest(*progress->lines, handler) : takeResponse(*progress->lines, handler);
    if (!taken) return taken.error();
  }
  return progress->consumed;
}

Result<void> H1Parser::takeRequest(std::string_view lines, H1Handler& handler) {
  auto head = parseRequestHead(lines, head_.fieldLines());
  if (!head) {
    refused_ = parseStartLine(lines.substr(0, lines.find('\r')));
    return head.error();
  }
  if (const auto applied = applyRequestRules(*head); !applied) {
    refused_ = std::move(*head);
    return applied.error();
  }
  remaining_ = head->contentLength.value_or(0);
  state_ = head->chunked ? State::chunkedBody : remaining_ > 0 ? State::fixedBody : State::ending;
  paused_ = handler.onRequestHead(std::move(*head)) == Flow::pause;
  return {};
}

Result<void> H1Parser::takeResponse(std::string_view lines, H1Handler& handler) {
  auto response = parseResponseHead(lines, head_.fieldLines());
  if (!response) return response.error();
  const auto framing = responseFraming(response->head, response->version, noBody_);
  if (!framing) return framing.error();
  remaining_ = framing->contentLength.value_or(0);
  if (!framing->hasBody) {
    state_ = State::ending;
  } else if (framing->chunked) {
    state_ = State::chunkedBody;
  } else {
    state_ = framing->untilClose ? State::untilClose : State::fixedBody;
  }
  paused_ = handler.onResponseHead(std::move(response->head), *framing) == Flow::pause;
  return {};
}

Result<std::size_t> H1Parser::feedBody(std::string_view data, H1Handler& handler) {
  if (state_ == State::chunkedBody) {
    const auto step = chunks_.feed(data);
    if (!step) return step.error();
    if (step->done) state_ = State::ending;
    if (!step->body.empty()) paused_ = handler.onBody(step->body) == Flow::pause;
    return step->consumed;
  }
  if (state_ == State::fixedBody) {
    data = data.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, data.size())));
    remaining_ -= data.size();
    if (remaining_ == 0) state_ = State::ending;
  }
  paused_ = handler.onBody(data) == Flow::pause;
  return data.size();
}

RequestHead H1Parser::understood() const { return refused_ ? *refused_ : parseStartLine(head_.startLine()); }

Result<void> H1Parser::finish(H1Handler& handler) {
  switch (state_) {
    case State::failed:
      return *error_;
    case State::done:
      return {};
    case State::untilClose:
    case State::ending:
      state_ = State::done;
      handler.onEnd();
      return {};
    case State::head:
      if (!head_.started()) return {};
      return fail({ErrorCode::BadRequest, "the connection ended inside the head"});
    case State::fixedBody:
    case State::chunkedBody:
      break;
  }
  return fail({ErrorCode::BadRequest, "the connection ended inside the body"});
}

void H1Parser::reset() {
  state_ = State::head;
  noBody_ = paused_ = false;
  remaining_ = 0;
  error_.reset();
  refused_.reset();
  head_.reset();
  chunks_.reset();
}

Error H1Parser::fail(Error error) {
  state_ = State::failed;
  if (role_ == Role::response) error.code = ErrorCode::InvalidAnswer;
  error_ = std::move(error);
  return *error_;
}

}  // namespace bridge::http
