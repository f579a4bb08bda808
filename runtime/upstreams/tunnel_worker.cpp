#include "upstreams/tunnel_worker.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/log.h"

namespace bridge::upstreams {
namespace {

/// For a job that was given up at its deadline, so that the process can say that it has ended.
constexpr Duration kGrace = Seconds(2);
/// From the line that asks it to end to SIGTERM.
constexpr Duration kFarewell = Seconds(2);
/// From the end of its stdout to its own.
constexpr Duration kLastBreath = Seconds(1);
/// Of a foreign line in the log.
constexpr std::size_t kShown = 2000;
constexpr int kHopelessAfter = 3;
/// Of a request's body in one line, before it is written in base64.
constexpr std::size_t kPiece = 48U << 10U;
/// Bytes that wait to be read by the process, from which on bodies wait, and below which they go on.
constexpr std::size_t kInputHigh = 512U << 10U;
constexpr std::size_t kInputLow = 128U << 10U;
/// Bytes of one answer that are held for a slow client although the process was asked to pause.
constexpr std::size_t kHeld = 1U << 20U;

/// An answer makes it healthy at once: who fails at some jobs is not to be kept from the others.
constexpr process::RestartPolicy::Options kRestart{
    .firstPause = Millis(100), .longestPause = Seconds(10), .healthyAfter = Millis(0)};

wire::TunnelReply lost(std::string message) { return {.ok = false, .fault = {.message = std::move(message)}}; }

}  // namespace

TunnelWorker::TunnelWorker(loop::Loop& loop, Options options, std::function<void()> onRoom)
    : loop_(loop),
      options_(std::move(options)),
      onRoom_(std::move(onRoom)),
      lines_(options_.maxLine),
      patience_(loop),
      mute_(loop),
      supervisor_(
          loop, options_.spec.name,
          {.prepare = [this](std::uint64_t) -> Result<process::Supervisor::Launch> {
             return process::Supervisor::Launch{options_.spec, {}};
           },
           .onStarted = [this](process::Process& process) { onStarted(process); },
           .onExited = [this](const process::ExitCause& cause, Duration) { onExited(cause); },
           .onLine = {},
           .onStdout =
               [this](std::string_view data) { lines_.feed(data, [this](std::string_view line) { onLine(line); }); },
           .onStdoutEnd = [this] { onMute(); }},
          {.restart = kRestart, .readyAtStart = false}) {}

TunnelWorker::~TunnelWorker() = default;

void TunnelWorker::onStarted(process::Process& process) {
  stdin_ = process.takeStdin();
  lines_ = process::LineSplitter(options_.maxLine);
  lastId_ = 0;
  inputFull_ = false;
  outputHeld_ = false;
  onRoom_();
}

void TunnelWorker::onExited(const process::ExitCause& cause) {
  lines_.end([this](std::string_view line) { onLine(line); });
  stdin_.reset();
  patience_.stop();
  mute_.stop();
  lastEnd_ = cause.requested ? "" : cause.textWithLastWords();
  auto slots = std::exchange(slots_, {});
  for (auto& [id, slot] : slots) {
    if (slot.job != nullptr) {
      slot.job->outcome(lost("The worker ended before it answered"), 0);
    }
  }
  if (leaving_) {
    end();
  } else {
    onRoom_();
  }
}

/// It lives and can answer nothing any more; one that ends closes its stdout, too, and is waited for.
void TunnelWorker::onMute() {
  mute_.start(kLastBreath, [this] {
    log::error("tunnel", "{} has closed its stdout; killed", options_.spec.name);
    supervisor_.kill();
  });
}

void TunnelWorker::take(TunnelJobState& job) {
  job.worker = this;
  job.waited = loop_.now() - job.begun;
  job.id = ++lastId_;
  slots_.emplace(job.id, Slot{&job, job.deadline});
  send(wire::jobLine(job.id, job.job));
  if (!job.job.body.empty() && !inputFull_) {
    job.bodyFlow(false);
  }
}

void TunnelWorker::giveUp(TunnelJobState& job) {
  auto& slot = slots_.at(job.id);
  slot.job = nullptr;
  if (job.streams) {
    slot.deadline = loop_.now();
  }
  job.worker = nullptr;
  send(wire::cancelLine(job.id));
  watch();
  outputTaken();
  endIfDone();
}

void TunnelWorker::send(std::string line, loop::Stream::Done done) {
  if (stdin_) {
    stdin_->write(Bytes(std::move(line)), std::move(done));
  }
}

void TunnelWorker::body(TunnelJobState& job, Bytes data) {
  for (auto rest = data.view(); !rest.empty(); rest.remove_prefix(std::min(rest.size(), kPiece))) {
    send(wire::chunkLine(job.id, rest.substr(0, kPiece)), [this](const Result<void>&) { onInputTaken(); });
  }
  if (stdin_ && stdin_->pendingBytes() > kInputHigh) {
    inputFull_ = true;
    job.bodyFlow(true);
  }
}

void TunnelWorker::onInputTaken() {
  if (!inputFull_ || !stdin_ || stdin_->pendingBytes() > kInputLow) {
    return;
  }
  inputFull_ = false;
  // The listeners only let their clients go on.
  for (auto& [id, slot] : slots_) {
    if (slot.job != nullptr && !slot.job->job.body.empty() && !slot.bodyPaused) {
      slot.job->bodyFlow(false);
    }
  }
}

/// A client that takes nothing keeps its worker, but no memory: what such a process writes waits in its pipe.
void TunnelWorker::holdOutput() {
  if (auto* process = supervisor_.process(); process != nullptr && !std::exchange(outputHeld_, true)) {
    process->pauseStdout();
  }
}

void TunnelWorker::outputTaken() {
  const auto full = [](const auto& entry) { return entry.second.job != nullptr && entry.second.job->held() > kHeld; };
  if (!outputHeld_ || std::ranges::any_of(slots_, full)) {
    return;
  }
  outputHeld_ = false;
  if (auto* process = supervisor_.process()) {
    process->resumeStdout();
  }
}

void TunnelWorker::onLine(std::string_view line) {
  auto message = wire::parseMessage(line);
  const auto found = message ? slots_.find(message->id) : slots_.end();
  if (found == slots_.end()) {
    log::info("tunnel", "{}: {}", options_.spec.name, log::escape(line.substr(0, kShown)));
    return;
  }
  supervisor_.markReady();
  if (message->kind == wire::TunnelMessage::Kind::reply || message->kind == wire::TunnelMessage::Kind::end) {
    onOver(std::move(*message));
  } else {
    onMessage(std::move(*message), found->second);
  }
}

/// In the middle of a job. The slot may be gone afterwards.
void TunnelWorker::onMessage(wire::TunnelMessage message, Slot& slot) {
  using Kind = wire::TunnelMessage::Kind;
  auto* job = slot.job;
  if (job == nullptr) {
    return;
  }
  if (message.kind == Kind::stream && !job->streams) {
    // From here on it is slow only where its client is.
    slot.deadline = Instant::max();
    const auto* process = supervisor_.process();
    job->stream(std::move(message.head), process != nullptr ? process->pid() : 0);
  } else if (message.kind == Kind::chunk && job->streams) {
    const auto id = message.id;
    job->chunk(Bytes(std::move(message.bytes)));
    const auto found = slots_.find(id);
    if (found != slots_.end() && found->second.job != nullptr && found->second.job->held() > kHeld) {
      holdOutput();
    }
  } else if (message.kind == Kind::pause || message.kind == Kind::resume) {
    slot.bodyPaused = message.kind == Kind::pause;
    if (!job->job.body.empty()) {
      job->bodyFlow(slot.bodyPaused || inputFull_);
    }
  }
}

/// A job is over, and there is room for another one.
void TunnelWorker::onOver(wire::TunnelMessage message) {
  ++answered_;
  auto* job = slots_.at(message.id).job;
  slots_.erase(message.id);
  if (job != nullptr) {
    const auto* process = supervisor_.process();
    auto reply = std::move(message.reply);
    reply.ok = reply.ok || message.kind == wire::TunnelMessage::Kind::end;
    job->outcome(std::move(reply), process != nullptr ? process->pid() : 0);
  }
  watch();
  outputTaken();
  endIfDone();
  if (!leaving_) {
    onRoom_();
  }
}

/// A process that is full of jobs which nobody waits for, and which are overdue, hangs.
void TunnelWorker::watch() {
  if (ending_) {
    return;
  }
  patience_.stop();
  if (slots_.size() < options_.concurrency) {
    return;
  }
  Instant latest{};
  for (const auto& [id, slot] : slots_) {
    if (slot.job != nullptr || slot.deadline == Instant::max()) {
      return;
    }
    latest = std::max(latest, slot.deadline);
  }
  patience_.start(std::max(latest + kGrace - loop_.now(), Duration::zero()), [this] {
    log::error("tunnel", "{} hangs: it does not end what was given up; killed", options_.spec.name);
    supervisor_.kill();
  });
}

bool TunnelWorker::hopeless() const { return !stdin_ && supervisor_.failures() >= kHopelessAfter; }

void TunnelWorker::leave(std::function<void()> done) {
  onLeft_ = std::move(done);
  leaving_ = true;
  endIfDone();
}

void TunnelWorker::endIfDone() {
  if (leaving_ && std::ranges::none_of(slots_, [](const auto& entry) { return entry.second.job != nullptr; })) {
    end();
  }
}

void TunnelWorker::end() {
  if (std::exchange(ending_, true)) {
    return;
  }
  if (stdin_) {
    // The end of its input says the same to those who do not know the line.
    stdin_->write(Bytes(wire::shutdownLine(++lastId_)), [this](const Result<void>&) { stdin_.reset(); });
  }
  patience_.start(kFarewell, [this] {
    if (auto* process = supervisor_.process()) {
      (void)process->signal(SIGTERM);
    }
  });
  supervisor_.stop([this] {
    if (const auto done = std::move(onLeft_)) {
      done();
    }
  });
}

void TunnelWorker::kill() {
  leaving_ = true;
  end();
  supervisor_.kill();
}

inspect::Child TunnelWorker::inspect() const {
  const auto* process = supervisor_.process();
  const pid_t pid = process != nullptr ? process->pid() : 0;
  return {.id = options_.spec.name,
          .pid = pid,
          .state = leaving_ ? "leaving"
                   : stdin_ ? "running"
                            : "pausing",
          .uptime = process != nullptr ? loop_.now() - process->startedAt() : Duration::zero(),
          .starts = supervisor_.generation(),
          .requests = answered_,
          .inProgress = slots_.size(),
          .lastEnd = lastEnd_,
          .resident = 0};
}

}  // namespace bridge::upstreams
