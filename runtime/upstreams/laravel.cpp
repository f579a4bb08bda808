#include "upstreams/laravel.h"

#include <unistd.h>

#include <utility>

#include "upstreams/laravel_call.h"
#include "upstreams/laravel_parts.h"

namespace bridge::upstreams {
namespace {

/// Files in it are memory, and cost no disk.
constexpr const char* kMemoryFolder = "/dev/shm";

std::string_view stateOf(const Generations& generations) {
  if (generations.stopping()) {
    return "stopping";
  }
  if (generations.serving()) {
    return "serving";
  }
  return generations.failure() != nullptr ? "unavailable" : "starting";
}

}  // namespace

Laravel::Laravel(loop::Loop& loop, const config::Settings& settings, const Environment& environment)
    : parts_(std::make_unique<LaravelParts>(loop, settings, queueOptions(settings), environment)) {}

Laravel::~Laravel() = default;

void Laravel::start(std::function<void(const Error&)> onFatal) {
  parts_->spool = beginSpool(parts_->loop, parts_->settings, onFatal);
  if (!parts_->spool) {
    return;
  }
  if (::access(kMemoryFolder, W_OK) == 0) {
    if (auto shared = Spool::open(kMemoryFolder, 0); shared.ok()) {
      parts_->shared = std::move(shared).value();
    }
  }
  const Spool& shared = parts_->shared ? *parts_->shared : *parts_->spool;
  parts_->generations.start(shared.folder() + "/memory", std::move(onFatal));
}

void Laravel::reload(std::function<void(Result<void>)> done) {
  parts_->generations.reload([this, done = std::move(done)](Result<void> result) {
    if (result.ok()) {
      parts_->queue.configure(queueOptions(parts_->settings));
      parts_->routes = RouteLimits(parts_->settings);
    }
    done(std::move(result));
  });
}

void Laravel::whenOutdated(std::function<void(std::function<void()> done)> reload) {
  parts_->generations.whenOutdated(std::move(reload));
}

void Laravel::stop(Duration patience, std::function<void()> done) {
  parts_->generations.stop(patience, std::move(done));
}

bool Laravel::ready() const {
  const Generation* live = parts_->generations.live();
  if (live == nullptr || parts_->generations.stopping()) {
    return false;
  }
  const auto status = live->pool()->status();
  return status.idle + status.busy > 0;
}

LaravelStatus Laravel::inspect() const {
  const auto& generations = parts_->generations;
  LaravelStatus status;
  status.state = stateOf(generations);
  if (const Generation* live = generations.live()) {
    status.byHand = live->byHand();
    status.generation = live->number();
    status.handlerPid = live->handlerPid();
    status.pool = live->pool()->status();
    status.findings = live->findings().all();
    if (auto ticks = live->ticks()) {
      status.processes.push_back(*std::move(ticks));
    }
  }
  if (const Generation* coming = generations.coming()) {
    status.comingGeneration = coming->number();
    status.comingStep = coming->step();
  }
  status.endingGenerations = generations.ending();
  status.restarts = generations.restarts();
  if (const BootFailure* failure = generations.failure()) {
    status.failure = failure->summary();
  }
  status.waiting = parts_->queue.waiting();
  status.oldestWait = parts_->queue.oldestWait();
  for (const auto& lane : parts_->queue.lanes()) {
    status.lanes.push_back(*lane);
  }
  status.memoryLimit = generations.memory().limit();
  status.memoryUsed = generations.memory().used();
  status.memoryRefused = generations.memory().refused();
  status.spooledBytes = parts_->spool ? parts_->spool->reserved() : 0;
  return status;
}

std::unique_ptr<Call> Laravel::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  return std::make_unique<LaravelCall>(*parts_, request, answer);
}

}  // namespace bridge::upstreams
