#include "upstreams/tunnel_workers.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

namespace bridge::upstreams {
namespace {

constexpr const char* kNodeWorker = "node-worker.js";

std::vector<std::string> commandOf(const config::Settings& settings) {
  auto command = settings.tunnelWorker;
  if (command.empty()) {
    return {"node", kNodeWorker};
  }
  if (command.front() == "artisan") {
    command.insert(command.begin(), settings.phpPath);
  } else if (command.front() == "php") {
    command.front() = settings.phpPath;
  }
  return command;
}

}  // namespace

bool hasTunnelWorker(const config::Settings& settings) {
  std::error_code error;
  return !settings.tunnelWorker.empty() ||
         std::filesystem::is_regular_file(std::filesystem::path(settings.laravelPath) / kNodeWorker, error);
}

class TunnelWorkers::Run final : public TunnelRun {
 public:
  Run(TunnelWorkers& workers, wire::TunnelJob job, Instant deadline, TunnelListener& listener)
      : workers_(workers), job_(workers.loop_, std::move(job), deadline, listener) {}
  ~Run() override {
    if (job_.worker != nullptr) {
      job_.worker->giveUp(job_);
    } else {
      std::erase(workers_.waiting_, &job_);
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void body(Bytes data) override {
    if (job_.worker != nullptr) {
      job_.worker->body(job_, std::move(data));
    }
  }
  void bodyEnd() override {
    if (job_.worker != nullptr) {
      job_.worker->bodyEnd(job_);
    }
  }
  void pause() override {
    job_.pause();
    if (job_.worker != nullptr) {
      job_.worker->pause(job_);
    }
  }
  void resume() override {
    if (job_.worker != nullptr) {
      job_.worker->resume(job_);
    }
    job_.resume();
  }

  [[nodiscard]] TunnelJobState& job() { return job_; }
  [[nodiscard]] std::weak_ptr<bool> alive() const { return alive_; }

 private:
  TunnelWorkers& workers_;
  TunnelJobState job_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

TunnelWorkers::TunnelWorkers(const KindContext& context)
    : loop_(context.loop), settings_(context.settings), environment_(context.environment), patience_(context.loop) {}

TunnelWorkers::~TunnelWorkers() = default;

process::Spec TunnelWorkers::spec(int number) const {
  auto command = commandOf(settings_);
  process::Spec spec;
  spec.name = settings_.tunnelWorkers == 1 ? "tunnel worker" : "tunnel worker " + std::to_string(number);
  spec.file = std::move(command.front());
  spec.args.assign(std::make_move_iterator(command.begin() + 1), std::make_move_iterator(command.end()));
  spec.environment = environment_;
  std::erase_if(spec.environment, [](const std::string& variable) { return variable.starts_with("PWD="); });
  spec.environment.push_back("PWD=" + settings_.laravelPath);
  spec.workingDirectory = settings_.laravelPath;
  spec.pipeStdin = true;
  // It is asked on its stdin.
  spec.stopSignal = 0;
  return spec;
}

void TunnelWorkers::begin() {
  Workers fresh;
  for (int number = 1; number <= settings_.tunnelWorkers; ++number) {
    fresh.push_back(std::make_unique<TunnelWorker>(
        loop_,
        TunnelWorker::Options{.spec = spec(number),
                              .concurrency = static_cast<std::size_t>(settings_.tunnelConcurrency),
                              .maxLine = settings_.tunnelMaxReply},
        [this] { dispatch(); }));
  }
  std::swap(workers_, fresh);
  for (const auto& worker : workers_) {
    worker->start();
  }
  retire(std::move(fresh));
}

void TunnelWorkers::reload() {
  if (!stopping_) {
    begin();
  }
}

void TunnelWorkers::retire(Workers workers) {
  for (auto& worker : workers) {
    auto* one = worker.get();
    leaving_.push_back(std::move(worker));
    one->leave([this, one] {
      std::erase_if(leaving_, [one](const auto& other) { return other.get() == one; });
      checkStopped();
    });
  }
}

void TunnelWorkers::stop(Duration patience, std::function<void()> done) {
  onStopped_ = std::move(done);
  if (!std::exchange(stopping_, true)) {
    retire(std::exchange(workers_, {}));
  }
  patience_.start(patience, [this] {
    for (const auto& worker : leaving_) {
      worker->kill();
    }
    checkStopped();
  });
  // In a later turn, also where there is none.
  if (leaving_.empty()) {
    patience_.start(Duration::zero(), [this] { checkStopped(); });
  }
}

void TunnelWorkers::checkStopped() {
  if (stopping_ && leaving_.empty()) {
    patience_.stop();
    if (const auto done = std::exchange(onStopped_, nullptr)) {
      done();
    }
  }
}

std::unique_ptr<TunnelRun> TunnelWorkers::run(wire::TunnelJob job, Instant deadline, TunnelListener& listener) {
  auto run = std::make_unique<Run>(*this, std::move(job), deadline, listener);
  waiting_.push_back(&run->job());
  // An answer may be known at once, and is not to come inside this call.
  loop_.defer([this, alive = run->alive()] {
    if (!alive.expired()) {
      dispatch();
    }
  });
  return run;
}

void TunnelWorkers::dispatch() {
  while (!waiting_.empty()) {
    TunnelWorker* best = nullptr;
    for (const auto& worker : workers_) {
      if (worker->hasRoom() && (best == nullptr || worker->load() < best->load())) {
        best = worker.get();
      }
    }
    if (best != nullptr) {
      auto* job = waiting_.front();
      waiting_.pop_front();
      best->take(*job);
    } else if (std::ranges::all_of(workers_, [](const auto& worker) { return worker->hopeless(); })) {
      auto* job = waiting_.front();
      waiting_.pop_front();
      refuse(*job, 500, "INTERNAL_ERROR", "The worker does not run");
    } else if (waiting_.size() > static_cast<std::size_t>(settings_.queueLimit)) {
      auto* job = waiting_.back();
      waiting_.pop_back();
      refuse(*job, 503, "SERVICE_UNAVAILABLE", "Too many requests wait for a worker");
    } else {
      return;
    }
  }
}

void TunnelWorkers::refuse(TunnelJobState& job, int status, const char* codeName, const char* message) {
  job.waited = loop_.now() - job.begun;
  job.outcome({.ok = false, .fault = {.message = message, .codeName = codeName, .status = status}}, 0);
}

std::vector<inspect::Child> TunnelWorkers::children() const {
  std::vector<inspect::Child> rows;
  for (const auto* list : {&workers_, &leaving_}) {
    for (const auto& worker : *list) {
      rows.push_back(worker->inspect());
    }
  }
  return rows;
}

}  // namespace bridge::upstreams
