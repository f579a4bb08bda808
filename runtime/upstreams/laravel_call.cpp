#include "upstreams/laravel_call.h"

#include <array>
#include <string_view>
#include <utility>

#include "http/multipart.h"
#include "upstreams/body_collector.h"
#include "upstreams/form_collector.h"
#include "upstreams/laravel_parts.h"

namespace bridge::upstreams {
namespace {

/// Fields of which PHP keeps one: two of them would let the server and the application see different requests.
constexpr std::array<std::string_view, 3> kSingletons = {"Content-Type", "Authorization", "Content-Length"};

bool isForm(const http::RequestHead& head) {
  if (head.method != "POST" && head.method != "PUT" && head.method != "PATCH") {
    return false;
  }
  const auto boundary = http::multipartBoundary(head.headers.find("Content-Type").value_or(""));
  return !boundary.ok() || boundary->has_value();
}

}  // namespace

LaravelCall::LaravelCall(LaravelParts& parts, const http::Request& request, Answer& answer)
    : parts_(parts), request_(request), answer_(answer) {
  if (auto checked = check(); !checked.ok()) {
    failLater(checked.error());
    return;
  }
  if (request.head.hasBody()) {
    collector_ = makeCollector();
  }
}

LaravelCall::~LaravelCall() {
  if (job_) {
    parts_.abandoned.take(std::move(job_));
  }
}

Result<void> LaravelCall::check() const {
  if (parts_.generations.stopping()) {
    return Error{ErrorCode::ShuttingDown, {}};
  }
  if (!parts_.spool) {
    return Error{ErrorCode::NoWorkers, "the server has not started"};
  }
  for (const auto name : kSingletons) {
    if (request_.head.headers.count(name) > 1) {
      return Error{ErrorCode::BadRequest, std::string(name) + " is repeated"};
    }
  }
  return {};
}

std::unique_ptr<Collector> LaravelCall::makeCollector() {
  const CollectorContext context{parts_.loop, *parts_.spool, parts_.settings.bodyMemoryLimit};
  CollectorEvents events{.onPause = [this] { answer_.pauseRequest(); },
                         .onResume = [this] { answer_.resumeRequest(); },
                         .onDone = [this](Result<CollectedBody> body) { onCollected(std::move(body)); }};
  const auto& head = request_.head;
  if (isForm(head)) {
    return std::make_unique<FormCollector>(context, head.headers.find("Content-Type").value_or(""), head.contentLength,
                                           std::move(events));
  }
  return std::make_unique<BodyCollector>(context, head.contentLength, std::move(events));
}

void LaravelCall::body(Bytes data) {
  if (collector_) {
    collector_->add(std::move(data));
  }
}

void LaravelCall::end() {
  if (collector_) {
    collector_->end();
  } else if (!failed_) {
    onCollected(CollectedBody{});
  }
}

void LaravelCall::onCollected(Result<CollectedBody> body) {
  collector_.reset();
  if (!body.ok()) {
    failLater(std::move(body).error());
    return;
  }
  job_ = std::make_unique<LaravelJob>(parts_, request_, std::move(body).value(), answer_);
  job_->begin();
}

void LaravelCall::pause() {
  if (job_) {
    job_->pause();
  }
}

void LaravelCall::resume() {
  if (job_) {
    job_->resume();
  }
}

void LaravelCall::halfClosed() {
  if (job_ && job_->leaveQueue()) {
    failLater({ErrorCode::ClientGone, "it left while its request waited for a worker"});
  } else if (job_ && parts_.settings.disconnectOnFin) {
    failLater({ErrorCode::ClientGone, "it closed its sending half, and DISCONNECT_ON_FIN is on"});
  }
}

void LaravelCall::failLater(Error error) {
  failed_ = true;
  parts_.loop.defer([this, error = std::move(error), alive = std::weak_ptr(alive_)]() mutable {
    if (!alive.expired()) {
      answer_.fail(std::move(error));
    }
  });
}

}  // namespace bridge::upstreams
