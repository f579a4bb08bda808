#include "upstreams/exec_job.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/uuid.h"
#include "config/json_text.h"
#include "loop/loop.h"

namespace bridge::upstreams {
namespace {

/// MAX_ARG_STRLEN of the kernel: one argument with its NUL.
constexpr std::size_t kLongestArgument = (128U << 10U) - 1;
/// Between SIGTERM and SIGKILL.
constexpr Duration kStopPatience = Millis(200);
/// A reply that was sent before the process ended may still lie in the socket.
constexpr Duration kReplyGrace = Millis(50);
/// For a reply where no process of ours is to give it, and no `inject` says a time.
constexpr Duration kOutsideTimeout = Millis(40'000);
constexpr std::size_t kMaxDetail = 5;

std::string withPayload(std::string text, std::string_view payload) {
  for (auto at = text.find(config::kPayloadMark); at != std::string::npos;
       at = text.find(config::kPayloadMark, at + payload.size())) {
    text.replace(at, config::kPayloadMark.size(), payload);
  }
  return text;
}

}  // namespace

const std::initializer_list<std::pair<ExecJob::State, ExecJob::State>> ExecJob::Traits::kEdges = {
    {State::Queued, State::Running}, {State::Queued, State::Over}, {State::Running, State::Ended},
    {State::Running, State::Over},   {State::Ended, State::Over},
};

std::string_view ExecJob::Traits::name(State state) {
  switch (state) {
    case State::Queued:
      return "Queued";
    case State::Running:
      return "Running";
    case State::Ended:
      return "Ended";
    case State::Over:
      return "Over";
  }
  return "";
}

ExecJob& ExecJob::begin(ExecParts& parts, std::shared_ptr<const ExecOperationPlan> plan, const http::Request& request,
                        std::string body, bool complete, Client& client) {
  auto& job = *parts.jobs.emplace_back(new ExecJob(parts, std::move(plan), request, std::move(body), complete, client));
  job.ticket_ = parts.slots.take(job.plan_->name(), [&job](Result<ExecSlot> slot) { job.onSlot(std::move(slot)); });
  return job;
}

ExecJob::ExecJob(ExecParts& parts, std::shared_ptr<const ExecOperationPlan> plan, const http::Request& request,
                 std::string body, bool complete, Client& client)
    : parts_(parts),
      plan_(std::move(plan)),
      client_(&client),
      logId_(request.id),
      id_(randomUuid()),
      path_(request.head.path),
      query_(request.head.query),
      method_(request.head.method),
      body_(std::move(body)),
      inputComplete_(complete),
      askedAt_(parts.loop.preciseNow()),
      timer_(parts.loop),
      grace_(parts.loop) {}

ExecJob::~ExecJob() { parts_.inbox.forget(id_); }

void ExecJob::onSlot(Result<ExecSlot> slot) {
  startedAt_ = parts_.loop.preciseNow();
  if (!slot.ok()) {
    state_.move(State::Over);
    tellFailure(std::move(slot).error());
    endWhenOver();
    return;
  }
  slot_ = std::move(*slot);
  state_.move(State::Running);
  parts_.inbox.await(id_, {.onReply =
                               [this, alive = std::weak_ptr(alive_)](std::string body) {
                                 if (!alive.expired()) {
                                   onReply(std::move(body));
                                 }
                               },
                           .onBroken =
                               [this, alive = std::weak_ptr(alive_)] {
                                 if (!alive.expired()) {
                                   giveUpWhenSilent();
                                 }
                               }});
  const auto& inject = plan_->operation.inject;
  timer_.start(inject ? Duration(inject->timeout) : kOutsideTimeout, [this] { onTimeout(); });
  if (inject) {
    start();
  } else {
    log::info("exec", "id={} req_id={} {} waits for a reply from elsewhere", log::escape(logId_), id_,
              log::escape(plan_->name()));
  }
}

Result<process::Spec> ExecJob::spec() const {
  const auto& inject = *plan_->operation.inject;
  process::Spec spec;
  spec.name = plan_->name();
  spec.file = inject.command.front();
  spec.args.assign(inject.command.begin() + 1, inject.command.end());
  spec.environment = plan_->environment;
  spec.workingDirectory = inject.workingDirectory;
  spec.stopTimeout = kStopPatience;
  spec.pipeStdin = inject.channel == config::ExecChannel::stdin_;
  if (inject.channel == config::ExecChannel::cmdline) {
    if (body_.find('\0') != std::string::npos) {
      return Error{ErrorCode::BadRequest, "a NUL cannot be part of an argument"};
    }
    if (!inject.marksPayload()) {
      spec.args.push_back(body_);
    }
    for (auto* texts : {&spec.args, &spec.environment}) {
      for (auto& text : *texts) {
        text = withPayload(std::move(text), body_);
        if (text.size() > kLongestArgument) {
          return Error{ErrorCode::PayloadTooLarge, "an argument has at most 131071 bytes; `channel: stdin` takes more"};
        }
      }
    }
  }
  spec.environment.push_back("URIPATH=" + path_);
  spec.environment.push_back("REQUEST_ID=" + id_);
  spec.environment.push_back("REQUEST_METHOD=" + method_);
  spec.environment.push_back("QUERY_STRING=" + query_);
  spec.environment.push_back("UROCKET_SOCKET=" + parts_.socketPath);
  return spec;
}

Result<std::unique_ptr<process::Process>> ExecJob::launch() {
  auto wanted = spec();
  if (!wanted.ok()) {
    return std::move(wanted).error();
  }
  if (const auto& limits = plan_->operation.inject->limits; limits.any() && parts_.cgroups) {
    auto made = parts_.cgroups->make("urocket-" + id_,
                                     {.memory = limits.memory, .processes = limits.processes, .cpus = limits.cpus});
    if (!made.ok()) {
      return Error{ErrorCode::ProcessNotStarted, made.error().detail};
    }
    cgroup_ = std::move(*made);
    wanted->cgroup = cgroup_->descriptor();
  }
  auto started = process::Process::start(parts_.loop, *wanted,
                                         {.onExit = [this](const process::ExitCause& cause) { onExit(cause); },
                                          .onLine = [this](std::string_view line) { onLine(line); }});
  return started.ok() ? std::move(started) : Error{ErrorCode::ProcessNotStarted, started.error().detail};
}

void ExecJob::start() {
  auto started = launch();
  if (!started.ok()) {
    timer_.stop();
    parts_.inbox.forget(id_);
    ++parts_.tally.failed;
    metrics::all().execProcesses["not_started"].add();
    cgroup_.reset();
    tellFailure(std::move(started).error());
    state_.move(State::Over);
    endWhenOver();
    return;
  }
  process_ = std::move(*started);
  process_->markReady();
  pid_ = process_->pid();
  ++parts_.tally.started;
  stdin_ = process_->takeStdin();
  if (stdin_) {
    input_.insert(input_.begin(), Bytes(std::move(body_)));
    writeInput();
  }
  body_ = {};
}

void ExecJob::feed(Bytes data) {
  if (state_.is(State::Ended) || state_.is(State::Over)) {
    return;
  }
  input_.push_back(std::move(data));
  if (stdin_) {
    writeInput();
  }
}

void ExecJob::feedEnd() {
  inputComplete_ = true;
  if (stdin_) {
    writeInput();
  }
}

void ExecJob::writeInput() {
  stdin_->write(std::exchange(input_, {}), [this](const Result<void>& written) {
    if (!written.ok()) {
      stdin_.reset();  // A process need not read all of its input; the rest is dropped.
    }
    if (!inputComplete_ && client_ != nullptr) {
      client_->wantsMore();
    }
  });
  if (inputComplete_) {
    stdin_->shutdown([this](const Result<void>&) { stdin_.reset(); });
  }
}

void ExecJob::onLine(std::string_view line) const {
  const auto level = plan_->operation.logStdout ? Level::info : Level::debug;
  if (log::enabled(level)) {
    log::write(level, "exec", fmt::format("id={} req_id={} pid={} {}", logId_, id_, pid_, log::escape(line)));
  }
}

void ExecJob::onReply(std::string body) {
  rapidjson::Document document;
  if (!config::parseJson(body, document).ok()) {
    log::warn("exec", "id={} req_id={} the reply is no JSON", logId_, id_);
    tellReply(500, "false");
  } else if (const auto& openapi = plan_->openapi; plan_->operation.validateOut && openapi) {
    const auto violations = openapi->checkReply(body);
    if (violations.empty()) {
      tellReply(200, std::move(body));
    } else {
      std::string detail;
      for (std::size_t i = 0; i < std::min(violations.size(), kMaxDetail); ++i) {
        detail += (i == 0 ? "" : "; ") + violations[i].place + " " + violations[i].what;
      }
      tellFailure({ErrorCode::ReplyInvalid, detail});
    }
  } else {
    tellReply(200, std::move(body));
  }
  endWhenOver();
}

void ExecJob::onTimeout() {
  timedOut_ = true;
  parts_.inbox.forget(id_);
  tellFailure({ErrorCode::ProcessDeadline, "timeout of " + plan_->name()});
  if (process_) {
    log::warn("exec", "id={} req_id={} pid={} is stopped: timeout", logId_, id_, pid_);
    process_->stop(SIGTERM, kStopPatience);
  }
  endWhenOver();
}

void ExecJob::stop(Duration patience) {
  if (process_) {
    process_->stop(SIGTERM, patience);
  } else if (state_.is(State::Running)) {
    onTimeout();  // Nobody will answer.
  }
}

void ExecJob::onExit(const process::ExitCause& cause) {
  timer_.stop();
  endText_ = cause.text();
  account(cause);
  // It is on the stack below this, and done with itself.
  const auto ended = std::move(process_);
  stdin_.reset();
  input_.clear();
  slot_ = ExecSlot();
  state_.move(State::Ended);
  if (!cause.lastWords.empty() && !answered_) {
    endText_ = cause.textWithLastWords();
  }
  if (cgroup_ && cgroup_->ranOutOfMemory()) {
    endText_ += ", beyond its limit of memory";
    log::warn("exec", "id={} req_id={} pid={} was killed: it wanted more memory than its limit", logId_, id_, pid_);
  }
  cgroup_.reset();
  if (!answered_ && client_ != nullptr) {
    grace_.start(kReplyGrace, [this] { giveUpWhenSilent(); });
  }
  endWhenOver();
}

void ExecJob::account(const process::ExitCause& cause) {
  auto& tally = parts_.tally;
  const bool failed = cause.status.code != 0 || cause.status.signal != 0;
  tally.failed += failed && !timedOut_ ? 1 : 0;
  tally.timedOut += timedOut_ ? 1 : 0;
  tally.user += cause.usage.user;
  tally.system += cause.usage.system;
  tally.peakMemory = std::max(tally.peakMemory, cause.usage.peakMemory);
  auto& metrics = metrics::all();
  metrics.execProcesses[timedOut_ ? "timeout" : cause.status.signal != 0 ? "signal" : failed ? "failed" : "ok"].add();
  metrics.execCpuSeconds["user"].add(toMillis(cause.usage.user) / 1000);
  metrics.execCpuSeconds["system"].add(toMillis(cause.usage.system) / 1000);
  metrics.execPeakMemory.set(static_cast<double>(tally.peakMemory));
  const auto lived = parts_.loop.preciseNow() - startedAt_;
  metrics.execSeconds.observe(lived);
  if (parts_.settings.accessLog && log::enabled(Level::info)) {
    log::write(Level::info, "access",
               fmt::format("id={} req_id={} process pid={} exit={} signal={} ms={:.3f} user_ms={:.3f} system_ms={:.3f} "
                           "peak_kib={} command=\"{}\"{}",
                           logId_, id_, pid_, cause.status.code, cause.status.signal, toMillis(lived),
                           toMillis(cause.usage.user), toMillis(cause.usage.system), cause.usage.peakMemory >> 10U,
                           log::escape(plan_->operation.inject->command.front()), timedOut_ ? " error=timeout" : ""));
  }
}

/// The process is gone; unless a reply is just arriving, none will come.
void ExecJob::giveUpWhenSilent() {
  if (!state_.is(State::Ended) || answered_ || grace_.active() || parts_.inbox.arriving(id_)) {
    return;
  }
  parts_.inbox.forget(id_);
  tellFailure({ErrorCode::ProcessSilent, endText_});
  endWhenOver();
}

ServedBy ExecJob::served() const {
  ServedBy served;
  served.pid = pid_;
  served.waited = startedAt_ - askedAt_;
  served.worked = parts_.loop.preciseNow() - startedAt_;
  return served;
}

void ExecJob::tellReply(int status, std::string body) {
  answered_ = true;
  grace_.stop();
  if (auto* client = std::exchange(client_, nullptr)) {
    client->reply(status, std::move(body), served());
  }
}

void ExecJob::tellFailure(Error error) {
  answered_ = true;
  grace_.stop();
  if (auto* client = std::exchange(client_, nullptr)) {
    client->fail(std::move(error), served());
  }
}

void ExecJob::abandon() {
  client_ = nullptr;
  parts_.inbox.forget(id_);
  if (queued()) {
    ticket_ = pool::Ticket();
    state_.move(State::Over);
  }
  endWhenOver();
}

void ExecJob::endWhenOver() {
  const bool over =
      state_.is(State::Over) || (!process_ && !state_.is(State::Queued) && (answered_ || client_ == nullptr));
  if (!over) {
    return;
  }
  if (!state_.is(State::Over)) {
    state_.move(State::Over);
  }
  timer_.stop();
  grace_.stop();
  slot_ = ExecSlot();
  parts_.loop.defer([&parts = parts_, this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) {
      return;
    }
    const auto own = std::ranges::find(parts.jobs, this, &std::unique_ptr<ExecJob>::get);
    parts.jobs.erase(own);
    if (parts.onJobOver) {
      parts.onJobOver();
    }
  });
}

inspect::Child ExecJob::inspect() const {
  inspect::Child child;
  child.id = plan_->name();
  child.pid = pid_;
  child.state = std::string(state_.name());
  child.uptime = queued() ? Duration::zero() : parts_.loop.now() - startedAt_;
  child.starts = pid_ == 0 ? 0 : 1;
  child.requests = 1;
  child.inProgress = answered_ ? 0 : 1;
  child.lastEnd = endText_;
  return child;
}

}  // namespace bridge::upstreams
