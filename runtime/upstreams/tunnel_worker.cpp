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
/// Of a foreign line in the log.
constexpr std::size_t kShown = 2000;
constexpr int kHopelessAfter = 3;

/// An answer makes it healthy at once: who fails at some jobs is not to be kept from the others.
constexpr process::RestartPolicy::Options kRestart{
    .firstPause = Millis(100), .longestPause = Seconds(10), .healthyAfter = Millis(0)};

wire::TunnelReply lost(std::string message) {
  return {.id = 0, .ok = false, .result = {}, .fault = {.message = std::move(message)}};
}

/// It may destroy the job.
void tell(TunnelWorker::Job& job, wire::TunnelReply reply, pid_t pid) {
  job.worker = nullptr;
  const auto done = std::move(job.done);
  done({.reply = std::move(reply), .pid = pid, .waited = job.waited});
}

}  // namespace

TunnelWorker::TunnelWorker(loop::Loop& loop, Options options, std::function<void()> onRoom)
    : loop_(loop),
      options_(std::move(options)),
      onRoom_(std::move(onRoom)),
      lines_(options_.maxLine),
      patience_(loop),
      supervisor_(
          loop, options_.spec.name,
          {.prepare = [this](std::uint64_t) -> Result<process::Supervisor::Launch> {
             return process::Supervisor::Launch{options_.spec, {}};
           },
           .onStarted = [this](process::Process& process) { onStarted(process); },
           .onExited = [this](const process::ExitCause& cause, Duration) { onExited(cause); },
           .onLine = {},
           .onStdout =
               [this](std::string_view data) { lines_.feed(data, [this](std::string_view line) { onLine(line); }); }},
          {.restart = kRestart, .readyAtStart = false}) {}

TunnelWorker::~TunnelWorker() = default;

void TunnelWorker::onStarted(process::Process& process) {
  stdin_ = process.takeStdin();
  lines_ = process::LineSplitter(options_.maxLine);
  lastId_ = 0;
  onRoom_();
}

void TunnelWorker::onExited(const process::ExitCause& cause) {
  lines_.end([this](std::string_view line) { onLine(line); });
  stdin_.reset();
  patience_.stop();
  lastEnd_ = cause.requested ? "" : cause.textWithLastWords();
  auto slots = std::exchange(slots_, {});
  for (auto& [id, slot] : slots) {
    if (slot.job != nullptr) {
      tell(*slot.job, lost("The worker ended before it answered"), 0);
    }
  }
  if (leaving_) {
    end();
  } else {
    onRoom_();
  }
}

void TunnelWorker::take(Job& job) {
  job.worker = this;
  job.waited = loop_.now() - job.begun;
  job.id = ++lastId_;
  slots_.emplace(job.id, Slot{&job, job.deadline});
  send(wire::jobLine(job.id, job.job));
}

void TunnelWorker::giveUp(Job& job) {
  slots_.at(job.id).job = nullptr;
  job.worker = nullptr;
  send(wire::cancelLine(job.id));
  watch();
  endIfDone();
}

void TunnelWorker::send(std::string line) {
  if (stdin_) {
    stdin_->write(Bytes(std::move(line)));
  }
}

void TunnelWorker::onLine(std::string_view line) {
  auto reply = wire::parseReply(line);
  const auto found = reply ? slots_.find(reply->id) : slots_.end();
  if (found == slots_.end()) {
    log::info("tunnel", "{}: {}", options_.spec.name, log::escape(line.substr(0, kShown)));
    return;
  }
  supervisor_.markReady();
  ++answered_;
  auto* job = found->second.job;
  slots_.erase(found);
  if (job != nullptr) {
    const auto* process = supervisor_.process();
    tell(*job, std::move(*reply), process != nullptr ? process->pid() : 0);
  }
  watch();
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
