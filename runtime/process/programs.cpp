#include "process/programs.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/metrics.h"
#include "loop/loop.h"
#include "process/supervisor.h"

namespace bridge::process {
namespace {

constexpr RestartPolicy::Options kPolicy{.firstPause = Millis(100),
                                         .longestPause = Seconds(30),
                                         .healthyAfter = Seconds(10),
                                         .loopAfter = 5,
                                         .loopPause = Seconds(60),
                                         .again = RestartPolicy::Again::always};

std::string nameOf(const Program& program, int number) {
  return program.count == 1 ? program.spec.name : program.spec.name + "." + std::to_string(number);
}

}  // namespace

/// One of the processes, through all its starts.
class Programs::Slot {
 public:
  Slot(loop::Loop& loop, Spec spec, RestartPolicy::Again again)
      : loop_(loop), spec_(std::move(spec)), again_(again), changedAt_(loop.now()) {
    supervise();
    supervisor_->start();
  }

  [[nodiscard]] const std::string& name() const { return spec_.name; }
  [[nodiscard]] Duration patience() const { return spec_.stopTimeout; }

  /// Ends the process, and starts it anew in this way.
  void renew(Spec spec, RestartPolicy::Again again) {
    spec_ = std::move(spec);
    again_ = again;
    changedAt_ = loop_.now();
    if (std::exchange(renewing_, true)) {
      return;
    }
    supervisor_->stop([this] {
      renewing_ = false;
      if (!leaving_) {
        supervise();
        supervisor_->start();
      }
    });
  }

  /// For good. `done` comes in a later turn and may destroy this.
  void leave(std::function<void()> done) {
    leaving_ = true;
    changedAt_ = loop_.now();
    supervisor_->stop(std::move(done));
  }
  void kill() { supervisor_->kill(); }

  [[nodiscard]] inspect::Process inspect() const {
    const auto now = loop_.now();
    const auto* process = supervisor_->process();
    return {.name = spec_.name,
            .state = std::string(state()),
            .pid = process != nullptr ? process->pid() : 0,
            .age = now - changedAt_,
            .next = supervisor_->state() == Supervisor::State::Pausing ? std::max(nextAt_ - now, Duration::zero())
                                                                       : Duration::zero(),
            .restarts = restarts_,
            .lastEnd = lastEnd_,
            .resident = 0};
  }

 private:
  /// A supervisor knows one policy, and forgets its failures with its end: a reload is a new beginning.
  void supervise() {
    auto policy = kPolicy;
    policy.again = again_;
    auto before = std::make_shared<std::unique_ptr<Supervisor>>(std::move(supervisor_));
    supervisor_ = std::make_unique<Supervisor>(
        loop_, spec_.name,
        Supervisor::Events{.prepare = [this](std::uint64_t start) { return prepare(start); },
                           .onStarted = [this](Process&) { changedAt_ = loop_.now(); },
                           .onExited = [this](const ExitCause& cause, Duration pause) { onExited(cause, pause); },
                           .onLine = {}},
        Supervisor::Options{.restart = policy, .readyAtStart = true});
    // It is on the call stack, and just tells its end.
    loop_.defer([before] { before->reset(); });
  }

  Result<Supervisor::Launch> prepare(std::uint64_t start) {
    if (start > 1) {
      ++restarts_;
      metrics::all().processRestarts[spec_.name].add();
    }
    return Supervisor::Launch{spec_, {}};
  }

  void onExited(const ExitCause& cause, Duration pause) {
    changedAt_ = loop_.now();
    nextAt_ = changedAt_ + pause;
    lastEnd_ = cause.requested ? "" : cause.textWithLastWords();
  }

  [[nodiscard]] std::string_view state() const {
    switch (supervisor_->state()) {
      case Supervisor::State::Up:
        return "running";
      case Supervisor::State::Stopping:
        return "stopping";
      case Supervisor::State::Pausing:
        return supervisor_->loops() ? "looping" : "pausing";
      case Supervisor::State::Off:
        break;
    }
    return "ended";
  }

  loop::Loop& loop_;
  Spec spec_;
  RestartPolicy::Again again_;
  bool leaving_ = false;
  /// The end of the old process is awaited.
  bool renewing_ = false;
  std::uint64_t restarts_ = 0;
  std::string lastEnd_;
  Instant changedAt_;
  Instant nextAt_{};
  std::unique_ptr<Supervisor> supervisor_;
};

Programs::Programs(loop::Loop& loop) : loop_(loop) {}

Programs::~Programs() { *alive_ = false; }

void Programs::run(const std::vector<Program>& programs) {
  if (stopping_) {
    return;
  }
  auto before = std::exchange(slots_, {});
  for (const auto& program : programs) {
    for (int number = 1; number <= program.count; ++number) {
      auto spec = program.spec;
      spec.name = nameOf(program, number);
      const auto found = std::find_if(before.begin(), before.end(),
                                      [&](const auto& slot) { return slot && slot->name() == spec.name; });
      if (found != before.end()) {
        (*found)->renew(std::move(spec), program.again);
        slots_.push_back(std::move(*found));
      } else {
        slots_.push_back(std::make_unique<Slot>(loop_, std::move(spec), program.again));
      }
    }
  }
  for (auto& slot : before) {
    if (slot) {
      leaving_.push_back(std::move(slot));
      leaving_.back()->leave([this, gone = leaving_.back().get()] {
        metrics::all().processUp[gone->name()].set(0);
        std::erase_if(leaving_, [gone](const auto& one) { return one.get() == gone; });
        checkStopped();
      });
    }
  }
}

void Programs::stop(bool atOnce, std::function<void()> done) {
  onStopped_ = std::move(done);
  if (!stopping_) {
    stopping_ = true;
    for (auto& slot : std::exchange(slots_, {})) {
      auto* one = slot.get();
      leaving_.push_back(std::move(slot));
      one->leave([this, one] {
        std::erase_if(leaving_, [one](const auto& other) { return other.get() == one; });
        checkStopped();
      });
    }
  }
  if (atOnce) {
    for (const auto& slot : leaving_) {
      slot->kill();
    }
  }
  loop_.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      checkStopped();
    }
  });
}

Duration Programs::patience() const {
  Duration longest{};
  for (const auto* list : {&slots_, &leaving_}) {
    for (const auto& slot : *list) {
      longest = std::max(longest, slot->patience());
    }
  }
  return longest;
}

std::vector<inspect::Process> Programs::inspect() const {
  std::vector<inspect::Process> rows;
  for (const auto* list : {&slots_, &leaving_}) {
    for (const auto& slot : *list) {
      rows.push_back(slot->inspect());
    }
  }
  return rows;
}

void Programs::checkStopped() {
  if (stopping_ && leaving_.empty()) {
    if (const auto onStopped = std::exchange(onStopped_, nullptr)) {
      onStopped();
    }
  }
}

}  // namespace bridge::process
