#include "upstreams/generations.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"
#include "process/activity.h"

namespace bridge::upstreams {
namespace {

/// A handler whose server was killed ends by itself; so long is it waited for.
constexpr Duration kOrphanPatience = Seconds(3);
/// How often is looked whether that one is gone; each look makes it fork a worker.
constexpr Duration kOrphanLook = Millis(500);
/// How often is looked whether a handler that was started by hand has come back.
constexpr Duration kLookAgain = Millis(200);
/// How often a stop looks whether nobody waits any more.
constexpr Duration kStopStep = Millis(10);
/// So long requests wait for the generation that has what the one before them changed. It usually boots in a quarter of
/// a second; one that hangs must not hang everybody.
constexpr Duration kHold = Seconds(5);

}  // namespace

Generations::Generations(loop::Loop& loop, const config::Settings& settings, pool::Queue& queue,
                         const Environment& environment)
    : loop_(loop),
      settings_(settings),
      queue_(queue),
      environment_(environment),
      context_{loop_, settings_, queue_, memory_, environment_, sharedMemory_},
      memory_(loop, [this] { return processes(); }),
      restartTimer_(loop),
      stopTimer_(loop),
      holdTimer_(loop) {}

Generations::~Generations() = default;

void Generations::start(std::string sharedMemory, std::function<void(const Error&)> onFatal) {
  sharedMemory_ = std::move(sharedMemory);
  onFatal_ = std::move(onFatal);
  watchMemory();
  look();
}

pool::MemoryBudget::Processes Generations::processes() const {
  pool::MemoryBudget::Processes all{.others = {::getpid()}, .workers = {}};
  const auto add = [&all](const Generation* generation) {
    if (generation == nullptr) {
      return;
    }
    if (generation->handlerPid() > 0) {
      all.others.push_back(generation->handlerPid());
    }
    if (generation->pool() != nullptr) {
      for (const auto& worker : generation->pool()->status().workers) {
        if (worker.pid > 0) {
          all.workers.push_back(worker.pid);
          // Tasks beside each other, and whatever else it has started.
          std::ranges::copy(process::childrenOf(worker.pid), std::back_inserter(all.others));
        }
      }
    }
    if (const auto ticks = generation->ticks(); ticks && ticks->pid > 0) {
      all.others.push_back(ticks->pid);
    }
  };
  add(live_.get());
  add(next_.get());
  for (const auto& generation : old_) {
    add(generation.get());
  }
  return all;
}

void Generations::watchMemory() {
  memory_.configure(settings_.poolMemoryLimit, [this] {
    if (live_) {
      live_->refill();
    }
  });
}

void Generations::look() {
  const auto found = examineSocket(settings_.socketPath);
  if (!found.ok()) {
    fatal(found.error());
    return;
  }
  switch (found->kind) {
    case SocketFile::Kind::foreign:
      fatal({ErrorCode::InvalidSettings,
             "SOCKET_PATH " + settings_.socketPath + ": " + found->reason + "; it is left untouched"});
      break;
    case SocketFile::Kind::live:
      join();
      break;
    case SocketFile::Kind::absent:
    case SocketFile::Kind::stale:
      if (byHand_) {
        restartTimer_.start(kLookAgain, [this] { look(); });
      } else {
        launch();
      }
      break;
  }
}

Generation::Events Generations::events() {
  return {.onProved = [this](Generation& generation) { onProved(generation); },
          .onFailed = [this](Generation& generation, const BootFailure& failure) { onFailed(generation, failure); },
          .onDied = [this](Generation& generation, const std::string& cause) { onDied(generation, cause); },
          .onOutdated = [this](Generation& generation,
                               const wire::Outdated& message) { onOutdated(generation, message.hold); },
          .onEnded =
              [this](Generation& generation) {
                std::erase_if(old_, [&generation](const auto& one) { return one.get() == &generation; });
                checkStopped();
              }};
}

void Generations::launch() {
  next_ = std::make_unique<Generation>(context_, ++count_, events());
  if (auto booted = next_->boot(live_ != nullptr); !booted.ok()) {
    later([this, error = booted.error()] {
      auto failed = std::move(next_);
      onFailed(*failed, {.cause = error.detail, .step = {}, .exception = {}, .lastWords = {}});
    });
  }
}

void Generations::join() {
  byHand_ = true;
  next_ = std::make_unique<Generation>(context_, 0, events());
  next_->join();
}

void Generations::onProved(Generation& generation) {
  if (&generation != next_.get() || generation.state() != Generation::State::Proved) {
    return;
  }
  if (auto taken = generation.takeOver(live_ ? live_->socketId() : std::nullopt); !taken.ok()) {
    generation.kill("its socket has no place");
    makeOld(next_);
    if (live_) {
      log::error("laravel", "the reload failed, generation {} goes on: {}", live_->number(), taken.error().detail);
      tellReload(taken);
    } else {
      fatal(taken.error());
    }
    return;
  }
  makeOld(live_);
  if (!old_.empty() && old_.back()->state() == Generation::State::Proved) {
    // Who stands at a breakpoint, and saves a file, goes on with what runs.
    old_.back()->end(old_.back()->debugged() ? kNoDeadline : Duration(settings_.shutdownTimeout));
  }
  live_ = std::move(next_);
  failure_.reset();
  inTheWaySince_.reset();
  policy_.healthy(loop_.now());
  if (byHand_) {
    log::info("laravel", "using the handler that was started by hand on {}", log::escape(settings_.socketPath));
  } else {
    log::info("laravel", "generation {} serves", live_->number());
  }
  tellReload({});
}

void Generations::onFailed(Generation& generation, const BootFailure& failure) {
  const bool supervised = generation.foundSupervised();
  const std::string summary = failure.summary();
  if (&generation == next_.get()) {
    makeOld(next_);
  }
  if (stopping_) {
    return;
  }
  if (byHand_) {
    onJoinFailed(supervised, failure.cause);
    return;
  }
  if (live_) {
    log::error("laravel", "the reload failed, generation {} goes on: {}", live_->number(), summary);
    tellReload(Error{ErrorCode::NoWorkers, summary});
    return;
  }
  log::error("laravel", "the application does not start: {}", summary);
  tellReload(Error{ErrorCode::NoWorkers, summary});
  unavailable(failure);
  startAgain();
}

/// At the start: whose handler is it? Later: the one that was started by hand is being replaced by its owner.
void Generations::onJoinFailed(bool supervised, const std::string& cause) {
  if (failure_) {
    restartTimer_.start(kLookAgain, [this] { look(); });
    return;
  }
  if (!supervised || (inTheWaySince_ && loop_.now() - *inTheWaySince_ > kOrphanPatience)) {
    fatal({ErrorCode::InvalidSettings, "SOCKET_PATH " + settings_.socketPath + ": " + cause});
    return;
  }
  if (!inTheWaySince_) {
    inTheWaySince_ = loop_.now();
    log::info("laravel", "{}; if that server is gone, its handler ends soon: waiting for it", log::escape(cause));
  }
  byHand_ = false;
  restartTimer_.start(kOrphanLook, [this] { look(); });
}

void Generations::onDied(Generation& generation, const std::string& cause) {
  const bool coming = &generation == next_.get();
  if (coming) {
    makeOld(next_);
  } else if (&generation == live_.get()) {
    makeOld(live_);
  }
  if (stopping_) {
    return;
  }
  if (coming) {
    // Proved, and dead before it could take over.
    tellReload(Error{ErrorCode::NoWorkers, "the new handler is gone: " + cause});
  }
  if (live_) {
    if (coming) {
      log::error("laravel", "the reload failed, generation {} goes on: the new handler is gone: {}", live_->number(),
                 log::escape(cause));
    }
    return;
  }
  log::error("laravel", "the handler of generation {} is gone: {}", generation.number(), log::escape(cause));
  if (byHand_) {
    unavailable(
        {.cause = "the handler that was started by hand has ended", .step = {}, .exception = {}, .lastWords = {}});
    restartTimer_.start(kLookAgain, [this] { look(); });
  } else if (!next_) {
    startAgain();
  }
}

void Generations::onOutdated(Generation& generation, bool hold) {
  if (&generation != live_.get() || stopping_ || !askForReload_) {
    return;
  }
  if (byHand_) {
    log::warn("laravel", "the handler was started by hand, and must be restarted by hand");
    return;
  }
  if (hold) {
    generation.hold();
    holdTimer_.start(kHold, [this] { release(); });
  }
  if (std::exchange(renewing_, true)) {
    // What was changed meanwhile may not be in it.
    outdatedAgain_ = outdatedAgain_ || hold;
  } else {
    later([this] { renew(); });
  }
}

void Generations::renew() {
  askForReload_([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) {
      return;
    }
    renewing_ = std::exchange(outdatedAgain_, false);
    if (renewing_) {
      renew();
    } else {
      release();
    }
  });
}

/// Harmless where the generation that is there now was never held.
void Generations::release() {
  holdTimer_.stop();
  if (live_ && !stopping_) {
    live_->resume();
  }
}

void Generations::unavailable(BootFailure failure) {
  failure_ = std::move(failure);
  queue_.failAll({ErrorCode::NoWorkers, failure_->cause});
}

void Generations::startAgain() {
  const Duration pause = policy_.ended(loop_.now());
  ++restarts_;
  log::info("laravel", "the handler is started again in {:.0f} ms", toMillis(pause));
  restartTimer_.start(pause, [this] { launch(); });
}

void Generations::makeOld(std::unique_ptr<Generation>& generation) {
  if (generation) {
    old_.push_back(std::move(generation));
  }
}

void Generations::reload(std::function<void(Result<void>)> done) {
  const auto refuse = [&](std::string reason) {
    later([done = std::move(done), reason = std::move(reason)] {
      if (done) {
        done(Error{ErrorCode::InvalidSettings, reason});
      }
    });
  };
  if (stopping_) {
    refuse("the server is stopping");
  } else if (byHand_) {
    refuse("the handler was started by hand, and must be restarted by hand");
  } else if (onReloaded_) {
    refuse("a reload is under way");
  } else {
    watchMemory();
    onReloaded_ = done ? std::move(done) : [](const Result<void>&) {};
    if (next_) {
      // It may have read what has changed since: begin anew.
      next_->kill("a reload was asked for");
      makeOld(next_);
    }
    restartTimer_.stop();
    policy_.reset();
    launch();
  }
}

void Generations::tellReload(Result<void> result) {
  if (const auto onReloaded = std::exchange(onReloaded_, nullptr)) {
    onReloaded(std::move(result));
  }
}

void Generations::fatal(Error error) {
  later([this, error = std::move(error)] {
    if (const auto onFatal = std::exchange(onFatal_, nullptr)) {
      onFatal(error);
    }
  });
}

void Generations::stop(Duration patience, std::function<void()> done) {
  const Instant deadline = loop_.now() + patience;
  onStopped_ = std::move(done);
  stopDeadline_ = stopping_ ? std::min(stopDeadline_, deadline) : deadline;
  // Who is held is served before the end.
  release();
  stopping_ = true;
  restartTimer_.stop();
  memory_.stop();
  tellReload(Error{ErrorCode::ShuttingDown, {}});
  if (next_) {
    next_->kill("the server stops");
    makeOld(next_);
  }
  stopStep();
}

void Generations::stopStep() {
  const Duration rest = std::max<Duration>(stopDeadline_ - loop_.now(), Duration::zero());
  if (!ending_ && queue_.waiting() > 0 && live_ && rest > Duration::zero()) {
    stopTimer_.start(kStopStep, [this] { stopStep(); });
    return;
  }
  ending_ = true;
  queue_.failAll({ErrorCode::ShuttingDown, {}});
  makeOld(live_);
  for (const auto& generation : old_) {
    if (rest > Duration::zero()) {
      generation->end(rest);
    } else {
      generation->kill("the server stops");
    }
  }
  later([this] { checkStopped(); });
}

void Generations::checkStopped() {
  if (!ending_ || !old_.empty()) {
    return;
  }
  if (const auto onStopped = std::exchange(onStopped_, nullptr)) {
    later(onStopped);
  }
}

void Generations::later(std::function<void()> work) {
  loop_.defer([work = std::move(work), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      work();
    }
  });
}

}  // namespace bridge::upstreams
