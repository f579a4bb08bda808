#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/clock.h"
#include "config/settings.h"
#include "process/cgroups.h"
#include "upstreams/exec_plan.h"
#include "upstreams/exec_slots.h"
#include "upstreams/reply_inbox.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

class ExecJob;

/// What all processes together have done and used.
struct ExecTally {
  std::uint64_t started = 0;
  std::uint64_t failed = 0;
  std::uint64_t timedOut = 0;
  Duration user{};
  Duration system{};
  /// The most that one of them had resident, in bytes.
  std::uint64_t peakMemory = 0;
};

/// What the parts of the exec kind share. Owned by the kind.
struct ExecParts {
  ExecParts(loop::Loop& theLoop, const config::Settings& theSettings);
  ~ExecParts();
  ExecParts(const ExecParts&) = delete;
  ExecParts& operator=(const ExecParts&) = delete;

  [[nodiscard]] pool::Queue::Options queueOptions() const {
    return {.limit = static_cast<std::size_t>(settings.queueLimit), .timeout = settings.queueTimeout};
  }

  loop::Loop& loop;
  const config::Settings& settings;
  std::string socketPath;
  ReplyInbox inbox;
  ExecSlots slots;
  ExecTally tally;
  /// Null where no process has limits.
  std::unique_ptr<process::Cgroups> cgroups;
  bool stopping = false;
  /// Told when a job is over.
  std::function<void()> onJobOver;
  /// A process may outlive its request: nobody listens to it then.
  std::list<std::unique_ptr<ExecJob>> jobs;
};

}  // namespace bridge::upstreams
