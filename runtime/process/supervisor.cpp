#include "process/supervisor.h"

#include <optional>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"

namespace bridge::process {

const std::initializer_list<std::pair<Supervisor::State, Supervisor::State>> Supervisor::Traits::kEdges = {
    {State::Off, State::Up},     {State::Up, State::Pausing},  {State::Up, State::Stopping},  {State::Up, State::Off},
    {State::Pausing, State::Up}, {State::Pausing, State::Off}, {State::Stopping, State::Off},
};

std::string_view Supervisor::Traits::name(State state) {
  switch (state) {
    case State::Off:
      return "Off";
    case State::Up:
      return "Up";
    case State::Pausing:
      return "Pausing";
    case State::Stopping:
      return "Stopping";
  }
  return "";
}

Supervisor::Supervisor(loop::Loop& loop, std::string name, Events events, const Options& options)
    : loop_(loop),
      name_(std::move(name)),
      events_(std::move(events)),
      readyAtStart_(options.readyAtStart),
      policy_(options.restart),
      pause_(loop) {}

Supervisor::Supervisor(loop::Loop& loop, std::string name, Events events)
    : Supervisor(loop, std::move(name), std::move(events), Options{}) {}

Supervisor::~Supervisor() { *alive_ = false; }

void Supervisor::start() {
  if (state_.is(State::Off)) {
    launch();
  }
}

void Supervisor::launch() {
  state_.move(State::Up);
  auto launch = events_.prepare(++generation_);
  std::optional<Error> problem;
  if (!launch.ok()) {
    problem = std::move(launch).error();
  } else {
    auto started = Process::start(loop_, launch->spec,
                                  {.onExit = [this](const ExitCause& cause) { onExit(cause); },
                                   .onLine = events_.onLine,
                                   .onStdout = events_.onStdout,
                                   .onStdoutEnd = events_.onStdoutEnd});
    launch->childEnds.clear();
    if (started.ok()) {
      process_ = std::move(*started);
    } else {
      problem = std::move(started).error();
    }
  }
  if (problem) {
    ExitCause cause;
    cause.notStarted = std::move(problem);
    onExit(cause);
    return;
  }
  log::info("process", "{} started, pid {}", name_, process_->pid());
  if (readyAtStart_) {
    markReady();
  }
  // A copy: it may destroy this.
  if (const auto callback = events_.onStarted) {
    callback(*process_);
  }
}

void Supervisor::onExit(const ExitCause& cause) {
  // It is on the call stack below this, and done with itself.
  const auto ended = std::move(process_);
  const auto alive = alive_;
  if (state_.is(State::Stopping)) {
    log::info("process", "{} stopped: {}", name_, cause.text());
    state_.move(State::Off);
    if (const auto callback = events_.onExited) {
      callback(cause, Duration::zero());
    }
    if (*alive) {
      tellStopped();
    }
    return;
  }
  const auto lived = std::chrono::duration_cast<Millis>(cause.lived).count();
  if (!policy_.wantsAgain(cause.failed())) {
    cause.failed() ? log::error("process", "{} ended after {} ms: {}", name_, lived, cause.textWithLastWords())
                   : log::info("process", "{} is done after {} ms", name_, lived);
    state_.move(State::Off);
    if (const auto callback = events_.onExited) {
      callback(cause, Duration::zero());
    }
    return;
  }
  const auto pause = policy_.ended(loop_.now(), cause.failed());
  if (policy_.loops()) {
    log::error("process", "{} ended {} times in a row, the last time after {} ms: {}; paused, one attempt in {:.0f} s",
               name_, policy_.failures(), lived, cause.textWithLastWords(), toMillis(pause) / 1000);
  } else if (cause.failed()) {
    log::error("process", "{} ended after {} ms: {}; next start in {:.0f} ms", name_, lived, cause.textWithLastWords(),
               toMillis(pause));
  } else {
    log::info("process", "{} ended after {} ms; next start in {:.0f} ms", name_, lived, toMillis(pause));
  }
  state_.move(State::Pausing);
  pause_.start(pause, [this] { launch(); });
  if (const auto callback = events_.onExited) {
    callback(cause, pause);
  }
}

void Supervisor::markReady() {
  if (process_ && state_.is(State::Up)) {
    process_->markReady();
    policy_.healthy(loop_.now());
  }
}

void Supervisor::stop(std::function<void()> done) {
  if (done) {
    onStopped_.push_back(std::move(done));
  }
  switch (state_.get()) {
    case State::Off:
      tellStopped();
      break;
    case State::Pausing:
      pause_.stop();
      state_.move(State::Off);
      tellStopped();
      break;
    case State::Up:
      state_.move(State::Stopping);
      process_->stop();
      break;
    case State::Stopping:
      break;
  }
}

void Supervisor::kill() {
  if (process_) {
    process_->stop(SIGKILL, Duration::zero());
  }
}

void Supervisor::startNow() {
  if (state_.is(State::Pausing)) {
    policy_.reset();
    pause_.stop();
    launch();
  }
}

void Supervisor::tellStopped() {
  loop_.defer([this, alive = alive_] {
    if (!*alive) {
      return;
    }
    for (auto& done : std::exchange(onStopped_, {})) {
      done();
      if (!*alive) {
        return;
      }
    }
  });
}

}  // namespace bridge::process
