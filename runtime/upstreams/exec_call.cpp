#include "upstreams/exec_call.h"

#include <utility>

#include "loop/loop.h"
#include "upstreams/exec_check.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr std::size_t kCollected = 64U << 10U;
/// One argument of a process, MAX_ARG_STRLEN of the kernel without its NUL.
constexpr std::size_t kArgument = (128U << 10U) - 1;
/// Schemas are checked on the loop's thread, which others wait for.
constexpr std::size_t kChecked = 1U << 20U;

}  // namespace

ExecCall::ExecCall(ExecParts& parts, std::shared_ptr<const ExecOperationPlan> plan, const http::Request& request,
                   Params params, Answer& answer)
    : parts_(parts), plan_(std::move(plan)), request_(request), params_(std::move(params)), answer_(answer) {
  if (parts_.stopping) {
    failLater({ErrorCode::ShuttingDown, {}});
  } else if (!streams() && request.head.contentLength.value_or(0) > collected()) {
    failLater({ErrorCode::PayloadTooLarge, std::to_string(collected()) + " bytes at most for " + plan_->name()});
  }
}

ExecCall::~ExecCall() {
  if (job_ != nullptr) {
    job_->abandon();
  }
}

bool ExecCall::streams() const {
  const auto& operation = plan_->operation;
  return operation.inject && operation.inject->channel == config::ExecChannel::stdin_ && !operation.validateIn;
}

std::size_t ExecCall::collected() const {
  const auto& inject = plan_->operation.inject;
  if (inject && inject->channel == config::ExecChannel::cmdline) {
    return kArgument;
  }
  return plan_->operation.validateIn ? kChecked : kCollected;
}

void ExecCall::body(Bytes data) {
  if (refused_) {
    return;
  }
  if (job_ != nullptr) {
    answer_.pauseRequest();
    job_->feed(std::move(data));
    return;
  }
  body_.append(data.view());
  if (body_.size() <= collected()) {
    return;
  }
  if (streams()) {
    answer_.pauseRequest();
    beginJob(false);
  } else {
    failLater({ErrorCode::PayloadTooLarge, std::to_string(collected()) + " bytes at most for " + plan_->name()});
  }
}

void ExecCall::end() {
  if (refused_) {
    return;
  }
  if (job_ != nullptr) {
    job_->feedEnd();
    return;
  }
  if (plan_->operation.validateIn && plan_->openapi) {
    if (auto refusal = refusalOf(*plan_->openapi, request_.head, params_, body_)) {
      refused_ = true;
      parts_.loop.defer([this, refusal = std::move(*refusal), alive = std::weak_ptr(alive_)]() mutable {
        if (!alive.expired()) {
          give(refusal.status, std::move(refusal.body));
        }
      });
      return;
    }
  }
  beginJob(true);
}

void ExecCall::beginJob(bool complete) {
  job_ = &ExecJob::begin(parts_, plan_, request_, std::move(body_), complete, *this);
}

void ExecCall::halfClosed() {
  if (job_ != nullptr && job_->queued()) {
    std::exchange(job_, nullptr)->abandon();
    failLater({ErrorCode::ClientGone, "it left while its request waited for its turn"});
  }
}

void ExecCall::reply(int status, std::string body, const ServedBy& served) {
  job_ = nullptr;
  answer_.servedBy(served);
  give(status, std::move(body));
}

void ExecCall::fail(Error error, const ServedBy& served) {
  job_ = nullptr;
  refused_ = true;
  answer_.servedBy(served);
  answer_.fail(std::move(error));
}

void ExecCall::give(int status, std::string body) {
  refused_ = true;
  answerWhole(answer_, {.status = status, .reason = {}, .headers = {{"Content-Type", "application/json"}}},
              Bytes(std::move(body)), alive_);
}

void ExecCall::failLater(Error error) {
  refused_ = true;
  parts_.loop.defer([this, error = std::move(error), alive = std::weak_ptr(alive_)]() mutable {
    if (!alive.expired()) {
      answer_.fail(std::move(error));
    }
  });
}

}  // namespace bridge::upstreams
