#include "upstreams/lambda_process.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/log.h"

namespace bridge::upstreams {
namespace {

constexpr const char* kPipeFolder = "/tmp/";
constexpr Duration kStopTimeout = Seconds(5);

namespace fs = std::filesystem;

/// Relative to our working directory, as it always was, or to the manifest's folder where it is not there.
std::string resolved(const std::string& path, const std::string& folder) {
  std::error_code error;
  const auto here = fs::absolute(path, error);
  return fs::exists(here, error) || fs::path(path).is_absolute()
             ? here.lexically_normal().string()
             : (fs::path(folder) / path).lexically_normal().string();
}

}  // namespace

LambdaProcess::LambdaProcess(const LambdaParts& parts, config::LambdaEntry entry, std::string folder)
    : parts_(parts), entry_(std::move(entry)), queue_(parts.loop, queueOptions()) {
  queue_.attach(*this);
  for (int number = 1; number <= entry_.instances; ++number) {
    instances_.push_back(std::make_unique<LambdaInstance>(
        parts_.loop, parts_.settings,
        LambdaInstance::Options{
            .spec = spec(number, folder),
            .mode = entry_.mode,
            .childListens = entry_.childListens,
            .path = kPipeFolder + entry_.pipeName + (number == 1 ? "" : "." + std::to_string(number)),
            .port = entry_.mode == config::LambdaMode::http ? config::lambdaPort(entry_.pipeName) : 0,
            .taken = parts_.portTaken},
        [this] { serveSoon(); }));
  }
}

LambdaProcess::~LambdaProcess() {
  *alive_ = false;
  queue_.detach(*this);
}

process::Spec LambdaProcess::spec(int number, const std::string& folder) const {
  process::Spec spec;
  spec.name = "lambda " + log::escape(entry_.id) + (number == 1 ? "" : "." + std::to_string(number));
  // A name alone is looked up in PATH; what is a path must not depend on the process's working directory.
  const bool path = entry_.executable.find('/') != std::string::npos;
  spec.file = path ? resolved(entry_.executable, folder) : entry_.executable;
  spec.args = entry_.args;
  spec.environment = parts_.environment;
  std::erase_if(spec.environment, [](const std::string& variable) {
    return variable.starts_with("PIPE_ADDRESS=") || variable.starts_with("HTTP_ADDRESS=");
  });
  if (!entry_.workingDirectory.empty()) {
    spec.workingDirectory = resolved(entry_.workingDirectory, folder);
    std::erase_if(spec.environment, [](const std::string& variable) { return variable.starts_with("PWD="); });
    spec.environment.push_back("PWD=" + spec.workingDirectory);
  }
  spec.stopGroup = true;
  spec.stopTimeout = kStopTimeout;
  return spec;
}

pool::Queue::Options LambdaProcess::queueOptions() const {
  return {.limit = static_cast<std::size_t>(parts_.settings.queueLimit), .timeout = parts_.settings.queueTimeout};
}

void LambdaProcess::begin() {
  for (const auto& instance : instances_) {
    instance->start();
  }
}

bool LambdaProcess::hasPort(int port) const {
  return entry_.mode == config::LambdaMode::http &&
         std::ranges::any_of(instances_, [port](const auto& instance) { return instance->hasPort(port); });
}

pool::Ticket LambdaProcess::ask(std::string label, OnLink onLink, pool::Queue::Place place) {
  return queue_.lease(
      {.label = std::move(label)},
      [this, onLink = std::move(onLink)](const Result<pool::Lease>& turn) {
        onLink(turn.ok() ? Result<LambdaLink*>(std::exchange(granted_, nullptr)) : turn.error());
      },
      place);
}

void LambdaProcess::serve() {
  const auto alive = alive_;
  while (queue_.waiting() > 0) {
    LambdaInstance* best = nullptr;
    for (const auto& instance : instances_) {
      if (instance->idle() > 0 && (best == nullptr || instance->load() < best->load())) {
        best = instance.get();
      }
    }
    if (best == nullptr) {
      break;
    }
    granted_ = best->take();
    // It is its turn; there is no worker to be lent.
    (void)queue_.serveFirst([](const pool::Order&) { return true; },
                            [](const pool::Order&, const pool::Seat&) { return pool::Lease(); });
    if (!*alive) {
      return;
    }
  }
  if (queue_.waiting() > 0 &&
      std::ranges::all_of(instances_, [](const auto& instance) { return instance->hopeless(); })) {
    queue_.failAll({ErrorCode::NoWorkers, "it ends before it serves: " + instances_.front()->lastEnd()});
  }
  if (!*alive) {
    return;
  }
  for (const auto& instance : instances_) {
    if (queue_.waiting() > 0) {
      instance->want(queue_.waiting());
    }
  }
  leaveWhenServed();
}

std::size_t LambdaProcess::free() const {
  std::size_t count = 0;
  for (const auto& instance : instances_) {
    count += instance->idle();
  }
  return count;
}

void LambdaProcess::serveSoon() {
  if (std::exchange(serving_, true)) {
    return;
  }
  parts_.loop.defer([this, alive = alive_] {
    if (*alive) {
      serving_ = false;
      serve();
    }
  });
}

void LambdaProcess::leave(std::function<void()> done) {
  onLeft_ = std::move(done);
  leaving_ = true;
  serveSoon();
}

void LambdaProcess::leaveWhenServed() {
  if (!leaving_ || queue_.waiting() > 0 || left_ > 0) {
    return;
  }
  left_ = instances_.size();
  for (const auto& instance : instances_) {
    instance->leave([this] {
      if (--left_ == 0) {
        // It may destroy this.
        const auto done = std::move(onLeft_);
        done();
      }
    });
  }
}

void LambdaProcess::end(Duration patience) {
  queue_.failAll({ErrorCode::ShuttingDown, {}});
  leaveWhenServed();
  for (const auto& instance : instances_) {
    instance->end(patience);
  }
}

void LambdaProcess::inspect(std::vector<inspect::Child>& rows) const {
  for (const auto& instance : instances_) {
    rows.push_back(instance->inspect());
  }
}

}  // namespace bridge::upstreams
