#include "upstreams/php_handler.h"

#include <csignal>
#include <variant>

#include "base/log.h"
#include "base/metrics.h"
#include "loop/child.h"
#include "loop/descriptor.h"
#include "loop/loop.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace bridge::upstreams {
namespace {

constexpr std::size_t kOutputLines = 5;
/// A worker's last words precede its end by no more than this.
constexpr Duration kRecent = Seconds(2);
/// What a process that has broken its channel, or reported its failure, gets to end by itself.
constexpr Duration kGrace = Seconds(2);

}  // namespace

Result<std::unique_ptr<PhpHandler>> PhpHandler::start(loop::Loop& loop, Options options, Events events) {
  auto handler = std::unique_ptr<PhpHandler>(new PhpHandler(loop, std::move(options), std::move(events)));
  if (auto spawned = handler->spawn(); !spawned.ok()) {
    return spawned.error();
  }
  return handler;
}

PhpHandler::PhpHandler(loop::Loop& loop, Options options, Events events)
    : loop_(loop),
      options_(std::move(options)),
      events_(std::move(events)),
      name_("handler " + std::to_string(options_.generation)),
      startedAt_(loop.now()),
      bootTimer_(loop) {}

PhpHandler::~PhpHandler() = default;

Result<void> PhpHandler::spawn() {
  auto pair = loop::socketPair();
  if (!pair.ok()) {
    return pair.error();
  }
  const loop::Descriptor theirs(pair->second);
  auto control = loop::Stream::adopt(loop_, pair->first);
  if (!control.ok()) {
    return std::move(control).error();
  }
  control_ = std::move(*control);

  process::Spec spec;
  spec.name = name_;
  spec.file = options_.command.file;
  spec.args = options_.command.args;
  spec.environment = options_.command.environment;
  spec.workingDirectory = options_.command.workingDirectory;
  spec.passedDescriptors = {{theirs.get(), kControlDescriptor}};
  // Its workers die with it by PR_SET_PDEATHSIG; those of a PHP without FFI may finish what they do, and the pool ends
  // them.
  spec.killLeftovers = false;
  auto process = process::Process::start(loop_, spec,
                                         {.onExit = [this](const process::ExitCause& cause) { onExit(cause); },
                                          .onLine = [this](std::string_view line) { onOutput(line); }});
  if (!process.ok()) {
    return std::move(process).error();
  }
  process_ = std::move(*process);
  log::debug("handler", "{}: started, pid {}", name_, pid());

  // Its end is of no interest: that of the process, which follows, says why.
  control_->startReading({.onData = [this](Bytes data) { readControl(std::move(data)); }, .onEnd = {}});
  bootTimer_.start(options_.bootTimeout, [this] {
    timedOut_ = true;
    process_->stop(SIGKILL, Duration::zero());
  });
  return {};
}

void PhpHandler::readControl(Bytes data) {
  reader_.feed(std::move(data));
  while (control_) {
    auto frame = reader_.next();
    if (!frame.ok()) {
      controlBroke(frame.error().detail);
      return;
    }
    if (!frame->has_value()) {
      return;
    }
    if ((*frame)->kind != wire::Frame::Kind::message) {
      controlBroke("it sent bytes");
      return;
    }
    auto message = wire::decodeHandlerMessage((*frame)->message);
    if (!message.ok()) {
      controlBroke(message.error().detail);
      return;
    }
    const bool mayDestroy = std::holds_alternative<wire::Listening>(*message);
    const std::weak_ptr<bool> alive = alive_;
    handle(*message);
    if (mayDestroy && alive.expired()) {
      return;
    }
  }
}

void PhpHandler::controlBroke(const std::string& reason) {
  log::error("handler", "{}: the control channel is of no more use: {}", name_, log::escape(reason));
  control_.reset();
  process_->stop(SIGTERM, kGrace);
}

void PhpHandler::handle(const wire::HandlerMessage& message) {
  std::visit([this](const auto& one) { on(one); }, message);
}

void PhpHandler::on(const wire::Booting& message) {
  step_ = message.step;
  if (message.debugger && !debugger_) {
    debugger_ = true;
    bootTimer_.stop();
  }
  log::debug("handler", "{}: booting, {} after {:.0f} ms", name_, log::escape(step_),
             toMillis(loop_.preciseNow() - startedAt_));
}

void PhpHandler::on(const wire::Listening& message) {
  if (listening_ || failed_) {
    controlBroke("it listens twice");
    return;
  }
  listening_ = true;
  bootTimer_.stop();
  process_->markReady();
  metrics::all().bootSeconds.set(message.ms / 1000);
  log::info("handler", "{}: PHP {} with Laravel {} booted in {:.0f} ms, pid {}", name_, log::escape(message.php),
            log::escape(message.laravel), message.ms, pid());
  for (const auto& note : message.notes) {
    log::debug("handler", "{}: {}", name_, log::escape(note));
  }
  events_.onListening(message);
}

void PhpHandler::on(const wire::Failed& message) {
  if (!listening_ && !failed_) {
    failed_ = message;
    // It ends by itself, after its last words.
    bootTimer_.start(kGrace, [this] { process_->stop(SIGKILL, Duration::zero()); });
  }
}

void PhpHandler::on(const wire::Forked& message) {
  if (message.role == "ticks") {
    ticks_.pid = message.pid;
    ticks_.since = loop_.now();
    ticks_.starts++;
    log::debug("handler", "{}: process {} ticks", name_, message.pid);
    return;
  }
  log::debug("handler", "{}: forked worker {}", name_, message.pid);
}

void PhpHandler::on(const wire::Exited& message) {
  const bool ticked = message.pid == ticks_.pid;
  if (ticked) {
    ticks_.pid = 0;
    ticks_.since = loop_.now();
  }
  if (message.code == 0 && message.signal == 0) {
    log::debug("handler", "{}: {} {} ended, peak memory {} KiB", name_, ticked ? "ticking process" : "worker",
               message.pid, message.peak / 1024);
    return;
  }
  process::ExitCause cause;
  cause.status = {message.code, message.signal};
  const std::string words = recentOutput();
  if (ticked) {
    ticks_.lastEnd = cause.text();
  }
  log::warn("handler", "{}: {} {} died: {}{}{}", name_, ticked ? "ticking process" : "worker", message.pid,
            cause.text(), words.empty() ? "" : ", the last output: ", words);
  // They were this worker's, as far as one pipe for all can tell; the next one that dies has words of its own.
  output_.clear();
}

std::optional<inspect::Child> PhpHandler::ticks() const {
  if (ticks_.starts == 0) {
    return std::nullopt;
  }
  return inspect::Child{.id = "ticks",
                        .pid = ticks_.pid,
                        .state = ticks_.pid > 0 ? "running" : "pausing",
                        .uptime = loop_.now() - ticks_.since,
                        .starts = ticks_.starts,
                        .requests = 0,
                        .inProgress = 0,
                        .lastEnd = ticks_.lastEnd};
}

void PhpHandler::onOutput(std::string_view line) {
  std::string escaped = log::escape(line);
  log::info("php", "{}: {}", name_, escaped);
  output_.emplace_back(loop_.now(), std::move(escaped));
  if (output_.size() > kOutputLines) {
    output_.pop_front();
  }
}

std::string PhpHandler::recentOutput() const {
  std::string text;
  for (const auto& [when, line] : output_) {
    if (loop_.now() - when <= kRecent) {
      text += (text.empty() ? "\"" : " \"") + line + "\"";
    }
  }
  return text;
}

void PhpHandler::onExit(const process::ExitCause& cause) {
  bootTimer_.stop();
  // What it said last may not have been read yet.
  const std::weak_ptr<bool> alive = alive_;
  if (control_) {
    readControl(control_->readAvailable());
  }
  if (alive.expired()) {
    return;
  }
  if (listening_) {
    const auto onEnded = std::move(events_.onEnded);
    onEnded(cause);
    return;
  }
  BootFailure failure;
  failure.cause = timedOut_ ? "no answer within BOOT_TIMEOUT" : "it ended with " + cause.text();
  failure.step = step_;
  failure.exception = std::move(failed_);
  failure.lastWords = cause.lastWords;
  const auto onBootFailed = std::move(events_.onBootFailed);
  onBootFailed(failure);
}

void PhpHandler::drain() {
  if (control_) {
    control_->write(wire::encode(wire::Drain{}));
  }
}

void PhpHandler::stop(Duration patience) {
  bootTimer_.stop();
  process_->stop(SIGTERM, patience);
}

void PhpHandler::killWorker(pid_t pid, int signal) {
  if (control_) {
    control_->write(wire::encode(wire::Kill{.pid = pid, .signal = signal}));
  }
}

}  // namespace bridge::upstreams
