#include "upstreams/generation.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"

namespace bridge::upstreams {
namespace {

/// What a handler whose workers are gone gets to end by itself.
constexpr Duration kHandlerPatience = Seconds(5);

bool samePath(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || std::filesystem::equivalent(a, b, ignored);
}

/// For the metrics: what the server killed itself is told apart from what died.
std::string_view reasonOf(const Error& error) {
  return error.detail.starts_with("killed") ? "killed" : error.info().name;
}

std::size_t spareFor(const config::Settings& settings) {
  const bool oneRequestEach = settings.workerIsolation != config::WorkerIsolation::worker;
  return oneRequestEach ? static_cast<std::size_t>(settings.socketPoolMin) : 0;
}

}  // namespace

const std::initializer_list<std::pair<Generation::State, Generation::State>> Generation::Traits::kEdges = {
    {State::Booting, State::Opening}, {State::Booting, State::Ending}, {State::Opening, State::Proved},
    {State::Opening, State::Ending},  {State::Proved, State::Ending},  {State::Ending, State::Ended},
};

std::string_view Generation::Traits::name(State state) {
  switch (state) {
    case State::Booting:
      return "booting";
    case State::Opening:
      return "opening";
    case State::Proved:
      return "proved";
    case State::Ending:
      return "ending";
    case State::Ended:
      return "ended";
  }
  return "";
}

Generation::Generation(const Context& context, std::uint64_t number, Events events)
    : context_(context), number_(number), events_(std::move(events)), timer_(context.loop) {}

Generation::~Generation() {
  pool_.reset();
  handler_.reset();
  if (socketId_) {
    removeIfSame(generationSocket(context_.settings.socketPath, number_), *socketId_);
    removeIfSame(context_.settings.socketPath, *socketId_);
  }
}

Result<void> Generation::boot(bool beside) {
  auto command = phpCommand(context_.settings, context_.environment, number_, PhpHandler::kControlDescriptor,
                            context_.sharedMemory);
  if (beside) {
    command.environment.emplace_back("BRIDGE_BESIDE=1");
  }
  auto handler = PhpHandler::start(
      context_.loop,
      {.command = std::move(command), .generation = number_, .bootTimeout = context_.settings.bootTimeout},
      {.onListening = [this](const wire::Listening& message) { onListening(message); },
       .onBootFailed =
           [this](const BootFailure& failure) {
             handlerGone_ = true;
             if (state_.is(State::Booting)) {
               fail(failure);
             } else {
               checkEnded();
             }
           },
       .onEnded = [this](const process::ExitCause& cause) { onHandlerEnded(cause.text()); }});
  if (!handler.ok()) {
    state_.move(State::Ending);
    state_.move(State::Ended);
    return handler.error();
  }
  handler_ = std::move(*handler);
  handlerGone_ = false;
  return {};
}

void Generation::join() {
  state_.move(State::Opening);
  openPool(context_.settings.socketPath, 0);
}

void Generation::onListening(const wire::Listening& message) {
  socketId_ = fileIdOf(message.path);
  if (!state_.is(State::Booting)) {
    return;
  }
  state_.move(State::Opening);
  openPool(message.path, message.capacity);
}

void Generation::openPool(const std::string& path, std::size_t capacity) {
  const auto& settings = context_.settings;
  pool::Pool::Options options;
  options.min = static_cast<std::size_t>(settings.socketPoolMin);
  options.max = static_cast<std::size_t>(settings.socketPoolMax);
  options.spare = spareFor(settings);
  options.growAfter = settings.poolGrowAfter;
  options.memory = &context_.memory;
  options.capacity = capacity;
  options.socketPath = path;
  options.connectionTimeout = connectionTimeout();
  options.terminateTimeout = settings.terminateTimeout;
  options.healthInterval = settings.socketHealthCheckInterval;
  options.idleTimeout = settings.poolIdleTimeout;
  pool::Pool::Events events;
  events.verify = [this](const wire::Hello& hello, const loop::PeerCredentials& handler) {
    return judge(hello, handler);
  };
  if (handler_) {
    events.killThroughHandler = [this](pid_t pid, int signal) { handler_->killWorker(pid, signal); };
  }
  events.onStarted = [this] {
    if (state_.is(State::Opening)) {
      timer_.stop();
      state_.move(State::Proved);
      later([this] { events_.onProved(*this); });
    }
  };
  events.onWorkerLost = [this](pid_t pid, const Error& error) { onWorkerLost(pid, error); };
  events.onWorkerRetired = [this](pid_t pid, const std::string& why) {
    metrics::all().workerRestarts["retired"].add();
    const auto line = fmt::format("generation {}: worker {} retires: {}", number_, pid, log::escape(why));
    // Where each request ends one, that is no news.
    spareFor(context_.settings) > 0 ? log::debug("laravel", "{}", line) : log::info("laravel", "{}", line);
  };
  events.onFindings = [this](pid_t pid, const std::vector<wire::Finding>& findings) { findings_.add(pid, findings); };
  events.onOutdated = [this](pid_t pid, const wire::Outdated& message) {
    log::info("laravel", "generation {}: worker {}: {}", number_, pid, log::escape(message.why));
    events_.onOutdated(*this, message);
  };
  pool_ = std::make_unique<pool::Pool>(context_.loop, context_.queue, std::move(options), std::move(events));
  poolGone_ = false;
  // Hello is awaited for as long as one connection may take; a few are tried in that time.
  timer_.start(connectionTimeout() + Millis(500), [this] { onOpeningTimeout(); });
  pool_->start();
}

Duration Generation::connectionTimeout() const {
  return debugged() ? kNoDeadline : Duration(context_.settings.socketConnectionTimeout);
}

std::optional<std::string> Generation::judge(const wire::Hello& hello, const loop::PeerCredentials& handler) {
  if (handler.uid != ::geteuid() && handler.uid != 0) {
    return "its handler belongs to user " + std::to_string(handler.uid);
  }
  if (!byHand()) {
    if (hello.generation != number_) {
      return "it is of generation " + std::to_string(hello.generation) + ", expected is " + std::to_string(number_);
    }
    return std::nullopt;
  }
  std::optional<std::string> reason;
  if (hello.supervised) {
    foundSupervised_ = true;
    reason = "process " + std::to_string(handler.pid) + " listens there for another running server";
  } else if (!samePath(hello.path, context_.settings.laravelPath)) {
    reason = "process " + std::to_string(handler.pid) + " serves another application, " + hello.path;
  }
  if (reason && state_.is(State::Opening)) {
    fail({.cause = *reason, .step = {}, .exception = {}, .lastWords = {}});
  }
  return reason;
}

void Generation::onWorkerLost(pid_t pid, const Error& error) {
  lastLoss_ = error.detail;
  metrics::all().workerRestarts[reasonOf(error)].add();
  if (state_.is(State::Proved)) {
    log::warn("laravel", "generation {}: worker {} was lost: {}", number_, pid, log::escape(error.message()));
  }
  // It was refused, and the next one will be no better.
  if (error.code == ErrorCode::NoWorkers && state_.is(State::Opening)) {
    fail({.cause = error.detail, .step = step(), .exception = {}, .lastWords = {}});
    return;
  }
  // A worker that could not be opened, of a handler that is nobody's child of ours: is the handler still there?
  if (byHand() && pid == 0 && state_.is(State::Proved)) {
    const auto found = examineSocket(context_.settings.socketPath);
    if (found.ok() && found->kind != SocketFile::Kind::live) {
      onHandlerEnded("nobody listens on the socket any more");
    }
  }
  checkHandler(pid);
}

/// A handler that is there, but stopped or stuck, forks no worker: when the last one is gone, it can only be replaced.
void Generation::checkHandler(pid_t lost) {
  const auto workers = pool_->status();
  if (lost != 0 || workers.idle + workers.busy + workers.retiring > 0 || byHand() || !state_.is(State::Proved)) {
    barrenSince_.reset();
    return;
  }
  const Instant now = context_.loop.now();
  if (!barrenSince_) {
    barrenSince_ = now;
  } else if (now - *barrenSince_ >= connectionTimeout()) {
    log::error("laravel", "generation {}: handler {} lives, but no worker of it says hello: it is killed", number_,
               handlerPid());
    handler_->stop(Duration::zero());
  }
}

void Generation::onOpeningTimeout() {
  fail({.cause = "no worker said hello within SOCKET_CONNECTION_TIMEOUT" +
                 (lastLoss_.empty() ? std::string() : ": " + lastLoss_),
        .step = step(),
        .exception = {},
        .lastWords = {}});
}

Result<void> Generation::takeOver(std::optional<FileId> replaced) {
  const std::string& path = context_.settings.socketPath;
  if (!byHand()) {
    const auto there = fileIdOf(path);
    if (there && there != replaced) {
      const auto found = examineSocket(path);
      if (!found.ok()) {
        return found.error();
      }
      if (found->kind == SocketFile::Kind::foreign || found->kind == SocketFile::Kind::live) {
        return Error{ErrorCode::InvalidSettings,
                     "SOCKET_PATH " + path + " is in use: " +
                         (found->reason.empty() ? "process " + std::to_string(found->listener) + " listens there"
                                                : found->reason)};
      }
    }
    if (std::rename(generationSocket(path, number_).c_str(), path.c_str()) != 0) {
      return errnoError("rename the handler's socket to " + path, errno);
    }
    pool_->moveTo(path);
  }
  pool_->takeOver();
  return {};
}

void Generation::fail(BootFailure failure) {
  timer_.stop();
  later([this, failure = std::move(failure)] { events_.onFailed(*this, failure); });
  // Not here: this may be an event of the pool.
  state_.move(State::Ending);
  later([this] {
    if (pool_) {
      pool_->killAll("its generation came to nothing");
      pool_->drain([this] {
        poolGone_ = true;
        checkEnded();
      });
    }
    endHandler();
    checkEnded();
  });
}

void Generation::onHandlerEnded(const std::string& cause) {
  handlerGone_ = true;
  switch (state_.get()) {
    case State::Opening:
      fail({.cause = "it ended with " + cause + " before a worker said hello",
            .step = {},
            .exception = {},
            .lastWords = {}});
      break;
    case State::Proved:
      later([this, cause] { events_.onDied(*this, cause); });
      end(context_.settings.shutdownTimeout);
      break;
    default:
      checkEnded();
  }
}

void Generation::end(Duration patience) {
  const Instant deadline = context_.loop.now() + patience;
  const bool again = state_.is(State::Ending);
  if (state_.is(State::Ended) || (again && deadline >= deadline_)) {
    return;
  }
  deadline_ = deadline;
  if (!again) {
    state_.move(State::Ending);
  }
  timer_.start(patience, [this] { kill("the time for draining is over"); });
  if (again) {
    return;
  }
  later([this] {
    if (pool_ && !poolGone_) {
      if (handler_ && !handlerGone_) {
        handler_->drain();
      }
      pool_->drain([this] {
        poolGone_ = true;
        endHandler();
        checkEnded();
      });
    } else {
      endHandler();
    }
    checkEnded();
  });
}

void Generation::refill() {
  if (state_.is(State::Proved)) {
    pool_->refill();
  }
}

void Generation::kill(const std::string& why) {
  if (state_.is(State::Ended)) {
    return;
  }
  if (!state_.is(State::Ending)) {
    end(Duration::zero());
    return;
  }
  if (pool_ && !poolGone_) {
    pool_->killAll(why);
  }
  if (handler_ && !handlerGone_) {
    handler_->stop(Duration::zero());
  }
}

void Generation::endHandler() {
  if (handler_ && !handlerGone_) {
    handler_->stop(kHandlerPatience);
  }
}

void Generation::checkEnded() {
  if (!state_.is(State::Ending) || !handlerGone_ || !poolGone_) {
    return;
  }
  timer_.stop();
  state_.move(State::Ended);
  later([this] {
    const auto onEnded = std::move(events_.onEnded);
    onEnded(*this);
  });
}

void Generation::later(std::function<void()> event) {
  context_.loop.defer([event = std::move(event), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      event();
    }
  });
}

}  // namespace bridge::upstreams
