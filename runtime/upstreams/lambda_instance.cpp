#include "upstreams/lambda_instance.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "loop/bind.h"

namespace bridge::upstreams {
namespace {

constexpr unsigned kPipeMode = 0600;
constexpr int kBacklog = 128;
constexpr const char* kHttpHost = "127.0.0.1";
constexpr int kLastPort = 65535;
constexpr Duration kConnectTimeout = Seconds(10);
/// Between two looks for a process that is not ready, at first and later on.
constexpr Duration kLook = Millis(20);
constexpr Duration kLookLater = Millis(500);
constexpr Duration kStartUp = Seconds(5);
/// Less than servers keep an idle connection (Node: 5 s), so that it is we who close it.
constexpr Duration kKeepIdle = Seconds(4);
constexpr Duration kHang = Seconds(2);
constexpr int kHopelessAfter = 3;

/// To end after a request is a way to work; one that was given a request is healthy.
constexpr process::RestartPolicy::Options kRestart{
    .firstPause = Millis(100), .longestPause = Seconds(10), .healthyAfter = Millis(0), .donePause = Duration::zero()};

}  // namespace

LambdaInstance::LambdaInstance(loop::Loop& loop, const config::Settings& settings, Options options,
                               std::function<void()> onRoom)
    : loop_(loop),
      settings_(settings),
      options_(std::move(options)),
      onRoom_(std::move(onRoom)),
      childListens_(options_.childListens),
      look_(loop),
      retry_(loop),
      hang_(loop),
      supervisor_(loop, options_.spec.name,
                  {.prepare = [this](std::uint64_t) { return prepare(); },
                   .onStarted = [this](process::Process&) { onStarted(); },
                   .onExited = [this](const process::ExitCause& cause, Duration) { onExited(cause); },
                   .onLine = {}},
                  {.restart = kRestart, .readyAtStart = false}) {}

LambdaInstance::~LambdaInstance() = default;

Result<process::Supervisor::Launch> LambdaInstance::prepare() {
  auto address = options_.mode == config::LambdaMode::pipe ? openPipe() : choosePort();
  if (!address.ok()) {
    return std::move(address).error();
  }
  auto spec = options_.spec;
  spec.environment.push_back(std::move(*address));
  return process::Supervisor::Launch{std::move(spec), {}};
}

/// Our socket is there before each start, or the place is free for that of the process.
Result<std::string> LambdaInstance::openPipe() {
  const auto& path = options_.path;
  if (childListens_) {
    const auto found = examineSocket(path);
    if (!found.ok()) {
      return found.error();
    }
    if (found->kind == SocketFile::Kind::live || found->kind == SocketFile::Kind::foreign) {
      return Error{ErrorCode::Io, path + " is in use" + (found->reason.empty() ? "" : ": " + found->reason)};
    }
    (void)removeIfSame(path, found->id);
  } else if (!listener_ || fileIdOf(path) != ours_) {
    listener_.reset();
    auto opened = loop::Listener::unixSocket(loop_, path, kPipeMode, kBacklog,
                                             [this](std::unique_ptr<loop::Stream> stream) { add(std::move(stream)); });
    if (!opened.ok()) {
      return std::move(opened).error();
    }
    listener_ = std::move(*opened);
    ours_ = fileIdOf(path).value_or(FileId());
  }
  return "PIPE_ADDRESS=" + path;
}

/// The usual one, or the next that is free. A process that is started again keeps its own, where it can.
Result<std::string> LambdaInstance::choosePort() {
  for (int port = chosen_ != 0 ? chosen_ : options_.port; port <= kLastPort; ++port) {
    if ((port != chosen_ && options_.taken(port)) || !loop::bindTcp(kHttpHost, port, 1).ok()) {
      continue;
    }
    if (port != options_.port && port != chosen_) {
      log::info("lambdas", "{}: port {} is taken; it gets {}", options_.spec.name, options_.port, port);
    }
    chosen_ = port;
    return "HTTP_ADDRESS=" + std::string(kHttpHost) + ":" + std::to_string(port);
  }
  return Error{ErrorCode::Io, "no port from " + std::to_string(options_.port) + " on is free"};
}

pid_t LambdaInstance::pid() const {
  const auto* process = supervisor_.process();
  return process == nullptr ? 0 : process->pid();
}

bool LambdaInstance::hopeless() const {
  return supervisor_.process() == nullptr && supervisor_.failures() >= kHopelessAfter;
}

void LambdaInstance::onStarted() {
  ready_ = false;
  lookSoon();
}

void LambdaInstance::onExited(const process::ExitCause& cause) {
  // What it has replied may still lie in its connections: they end by themselves.
  look_.stop();
  retry_.stop();
  hang_.stop();
  connectors_.clear();
  ready_ = false;
  lastEnd_ = cause.requested ? "" : cause.textWithLastWords();
  onRoom_();
}

void LambdaInstance::lookSoon() {
  const auto* process = supervisor_.process();
  if (process == nullptr || look_.active()) {
    return;
  }
  const bool young = loop_.now() - process->startedAt() < kStartUp;
  look_.start(young ? kLook : kLookLater, [this] {
    look();
    if (!ready_) {
      lookSoon();
    }
  });
}

/// Whether the process can be reached by now, and how.
void LambdaInstance::look() {
  if (options_.mode == config::LambdaMode::http) {
    if (links_.empty() && connectors_.empty()) {
      connect();
    }
    return;
  }
  const auto found = fileIdOf(options_.path);
  if (!childListens_ && found && *found != ours_) {
    childListens_ = true;
    listener_.reset();
  }
  if (childListens_ && found) {
    setReady();
  }
}

void LambdaInstance::setReady() {
  if (!std::exchange(ready_, true)) {
    onRoom_();
  }
}

void LambdaInstance::want(std::size_t count) {
  if (leaving_ || supervisor_.process() == nullptr) {
    return;
  }
  if (!ready_) {
    look();
  }
  if (connects()) {
    // It may have put its own socket there since.
    look();
    if (connects()) {
      return;
    }
  }
  const std::size_t most =
      options_.mode == config::LambdaMode::pipe ? 1 : static_cast<std::size_t>(settings_.lambdasConnections);
  while (!retry_.active() && connectors_.size() < count && links_.size() + connectors_.size() < most) {
    connect();
  }
}

void LambdaInstance::connect() {
  const auto place = connectors_.emplace(connectors_.end());
  auto done = [this, place](Result<std::unique_ptr<loop::Stream>> connected) {
    // It is on the call stack below this.
    const auto finished = std::move(*place);
    connectors_.erase(place);
    if (connected.ok()) {
      add(std::move(*connected));
      return;
    }
    // It may be starting, or between unlink, bind and listen.
    retry_.start(kLook, onRoom_);
  };
  *place = options_.mode == config::LambdaMode::pipe
               ? loop::Connector::unixSocket(loop_, options_.path, kConnectTimeout, std::move(done))
               : loop::Connector::tcp(loop_, kHttpHost, chosen_, kConnectTimeout, std::move(done));
}

void LambdaInstance::add(std::unique_ptr<loop::Stream> stream) {
  const bool http = options_.mode == config::LambdaMode::http;
  const auto place = links_.emplace(links_.end());
  *place = std::make_unique<LambdaLink>(
      loop_, std::move(stream),
      LambdaLink::Options{.mode = options_.mode,
                          .host = http ? std::string(kHttpHost) + ":" + std::to_string(chosen_) : std::string(),
                          .pid = pid(),
                          .discards = connects(),
                          .idleTimeout = http ? kKeepIdle : Duration::zero()},
      LambdaLink::Events{.onFree = [this, place] { onFree(**place); }, .onGone = [this, place] { onGone(**place); }});
  look_.stop();
  hang_.stop();
  idle_.push_back(place->get());
  ready_ = true;
  onRoom_();
}

LambdaLink* LambdaInstance::take() {
  if (idle() == 0) {
    return nullptr;
  }
  LambdaLink* link = nullptr;
  if (options_.mode == config::LambdaMode::pipe) {
    link = idle_.front();
    idle_.pop_front();
  } else {
    // The others may grow old and be closed.
    link = idle_.back();
    idle_.pop_back();
  }
  supervisor_.markReady();
  return link;
}

void LambdaInstance::onFree(LambdaLink& link) {
  ++replies_;
  if (options_.mode == config::LambdaMode::pipe && childListens_) {
    std::erase_if(links_, [&link](const auto& one) { return one.get() == &link; });
  } else {
    idle_.push_back(&link);
  }
  endIfDone();
  onRoom_();
}

void LambdaInstance::onGone(LambdaLink& link) {
  const bool late = link.late();
  std::erase(idle_, &link);
  std::erase_if(links_, [&link](const auto& one) { return one.get() == &link; });
  if (late && links_.empty() && connects() && supervisor_.process() != nullptr && !leaving_) {
    hang_.start(kHang, [this] {
      log::error("lambdas", "{} hangs: it did not reply in time, and does not come back; killed", options_.spec.name);
      supervisor_.kill();
    });
  }
  endIfDone();
  onRoom_();
}

void LambdaInstance::leave(std::function<void()> done) {
  onLeft_ = std::move(done);
  leaving_ = true;
  endIfDone();
}

void LambdaInstance::endIfDone() {
  if (leaving_ && std::ranges::none_of(links_, [](const auto& link) { return link->awaited(); })) {
    end(options_.spec.stopTimeout);
  }
}

void LambdaInstance::end(Duration patience) {
  leaving_ = true;
  if (auto* process = supervisor_.process(); process != nullptr && patience < options_.spec.stopTimeout) {
    process->stop(options_.spec.stopSignal, patience);
  }
  if (std::exchange(ending_, true)) {
    return;
  }
  look_.stop();
  retry_.stop();
  hang_.stop();
  connectors_.clear();
  supervisor_.stop([this] {
    listener_.reset();
    if (childListens_) {
      // A process that was killed leaves its socket behind.
      if (const auto found = examineSocket(options_.path); found.ok() && found->kind == SocketFile::Kind::stale) {
        (void)removeIfSame(options_.path, found->id);
      }
    }
    if (const auto done = std::move(onLeft_)) {
      done();
    }
  });
}

inspect::Child LambdaInstance::inspect() const {
  const auto* process = supervisor_.process();
  return {.id = options_.spec.name,
          .pid = pid(),
          .state = leaving_             ? "leaving"
                   : process == nullptr ? "pausing"
                   : ready_             ? "ready"
                                        : "starting",
          .uptime = process != nullptr ? loop_.now() - process->startedAt() : Duration::zero(),
          .starts = supervisor_.generation(),
          .requests = replies_,
          .inProgress = load(),
          .lastEnd = lastEnd_,
          .resident = 0};
}

}  // namespace bridge::upstreams
