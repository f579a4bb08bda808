#include "process/process.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"

namespace bridge::process {
namespace {

constexpr std::size_t kLastWords = 10;
/// Of one line among the last words.
constexpr std::size_t kLastWordLength = 500;

}  // namespace

const std::initializer_list<std::pair<Process::State, Process::State>> Process::Traits::kEdges = {
    {State::Starting, State::Running}, {State::Starting, State::Stopping}, {State::Starting, State::Exited},
    {State::Running, State::Stopping}, {State::Running, State::Exited},    {State::Stopping, State::Exited},
};

std::string_view Process::Traits::name(State state) {
  switch (state) {
    case State::Starting:
      return "Starting";
    case State::Running:
      return "Running";
    case State::Stopping:
      return "Stopping";
    case State::Exited:
      return "Exited";
  }
  return "";
}

Process::Process(loop::Loop& loop, Spec spec, Events events)
    : loop_(loop), spec_(std::move(spec)), events_(std::move(events)), startedAt_(loop.now()), killTimer_(loop) {}

Process::~Process() = default;

Result<std::unique_ptr<Process>> Process::start(loop::Loop& loop, const Spec& spec, Events events) {
  auto process = std::unique_ptr<Process>(new Process(loop, spec, std::move(events)));
  loop::Child::Options options;
  options.file = spec.file;
  options.args = spec.args;
  options.diesWithUs = true;
  options.environment = spec.environment;
  options.workingDirectory = spec.workingDirectory;
  options.passedDescriptors = spec.passedDescriptors;
  options.pipeStdin = spec.pipeStdin;
  options.cgroup = spec.cgroup;
  options.captureStdout = true;
  options.captureStderr = true;
  options.newProcessGroup = true;
  auto child =
      loop::Child::spawn(loop, options, [own = process.get()](loop::ExitStatus status) { own->onExit(status); });
  if (!child.ok()) {
    return std::move(child).error();
  }
  process->child_ = std::move(*child);
  process->read(process->stdout_, process->child_->takeStdout());
  process->read(process->stderr_, process->child_->takeStderr());
  return process;
}

void Process::read(Output& output, std::unique_ptr<loop::Stream> stream) {
  output.stream = std::move(stream);
  output.stream->startReading({[this, &output](Bytes data) { take(output, data.view()); },
                               [this, &output](const std::optional<Error>&) {
                                 output.lines.end([this](std::string_view line) { onLine(line); });
                                 if (&output == &stdout_ && events_.onStdoutEnd) {
                                   events_.onStdoutEnd();
                                 }
                               }});
}

void Process::take(Output& output, std::string_view data) {
  if (&output == &stdout_ && events_.onStdout) {
    events_.onStdout(data);
  } else {
    output.lines.feed(data, [this](std::string_view line) { onLine(line); });
  }
}

// What a dead process wrote is in the pipe at once; its children may hold that open for long.
void Process::drain(Output& output) {
  take(output, output.stream->readAvailable().view());
  output.lines.end([this](std::string_view line) { onLine(line); });
}

void Process::onLine(std::string_view line) {
  lastWords_.push_back(log::escape(line.substr(0, kLastWordLength)));
  if (lastWords_.size() > kLastWords) {
    lastWords_.pop_front();
  }
  if (events_.onLine) {
    events_.onLine(line);
  } else if (log::enabled(spec_.outputLevel)) {
    log::write(spec_.outputLevel, "process", spec_.name + "[" + std::to_string(pid()) + "]: " + log::escape(line));
  }
}

void Process::onExit(loop::ExitStatus status) {
  killTimer_.stop();
  if (spec_.killLeftovers) {
    (void)child_->killGroup(SIGKILL);
  }
  drain(stdout_);
  drain(stderr_);
  state_.move(State::Exited);
  ExitCause cause;
  cause.status = status;
  cause.requested = asked_;
  cause.usage = child_->usage();
  cause.lived = loop_.now() - startedAt_;
  cause.lastWords.assign(lastWords_.begin(), lastWords_.end());
  // Last: it may destroy this.
  const auto callback = std::move(events_.onExit);
  if (callback) {
    callback(cause);
  }
}

void Process::markReady() {
  if (state_.is(State::Starting)) {
    state_.move(State::Running);
  }
}

void Process::stop() {
  if (!asked_) {
    stop(spec_.stopSignal, spec_.stopTimeout);
  }
}

void Process::stop(int signal, Duration patience) {
  if (state_.is(State::Exited)) {
    return;
  }
  if (!asked_) {
    asked_ = true;
    state_.move(State::Stopping);
    killAt_ = loop_.now() + patience;
  } else {
    killAt_ = std::min(killAt_, loop_.now() + patience);
  }
  if (patience <= Duration::zero()) {
    killTimer_.stop();
    (void)child_->killGroup(SIGKILL);
    return;
  }
  if (const auto sent = spec_.stopGroup ? child_->killGroup(signal) : child_->kill(signal); !sent.ok()) {
    log::warn("process", "{}: {}", spec_.name, sent.error().detail);
  }
  killTimer_.start(killAt_ - loop_.now(), [this] {
    log::warn("process", "{}[{}] does not end: killed", spec_.name, pid());
    (void)child_->killGroup(SIGKILL);
  });
}

Result<void> Process::signal(int number) { return child_->kill(number); }

}  // namespace bridge::process
