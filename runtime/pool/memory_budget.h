#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "loop/file.h"
#include "loop/timer.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::pool {

/// What the server, its handlers and their workers may hold together, and whether there is room for one more worker.
///
/// Counts proportional memory (PSS): a page that n processes share is a n-th of each. It is measured in rounds, a
/// process at a time and off the loop's thread, since the kernel walks all pages for it; what is opened between two
/// rounds is counted as what a worker holds on average. Owned by the kind, outlives the pools.
class MemoryBudget {
 public:
  struct Processes {
    /// The server, its handlers, and what these and the workers have started.
    std::vector<pid_t> others;
    std::vector<pid_t> workers;
  };

  MemoryBudget(loop::Loop& loop, std::function<Processes()> processes);
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;
  ~MemoryBudget() = default;

  /// 0 is no limit; nothing is measured then. `onMeasured` comes after each round.
  void configure(std::uint64_t limit, std::function<void()> onMeasured);
  void stop();

  /// Takes room for one more worker, if there is some.
  [[nodiscard]] bool take();
  /// Whether more is held than may be.
  [[nodiscard]] bool exceeded() const { return limit_ > 0 && used_ > limit_; }
  /// Whether somebody was refused since the last round.
  [[nodiscard]] bool refused() const { return refused_; }

  /// Bytes, of the last round and what was taken since.
  [[nodiscard]] std::uint64_t used() const { return used_ + taken_; }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }

 private:
  void measure();
  void measureNext();
  void finish();

  loop::Loop& loop_;
  std::function<Processes()> processes_;
  std::function<void()> onMeasured_;
  std::uint64_t limit_ = 0;
  std::uint64_t used_ = 0;
  std::uint64_t taken_ = 0;
  /// What one more is thought to hold.
  std::uint64_t share_;
  bool refused_ = false;

  Processes round_;
  std::size_t next_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t ofWorkers_ = 0;
  /// Taken while the round was under way: perhaps not in its sum.
  std::uint64_t takenMeanwhile_ = 0;
  std::unique_ptr<loop::FileReader> reader_;
  loop::Timer timer_;
};

}  // namespace bridge::pool
