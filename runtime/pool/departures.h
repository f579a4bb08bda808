#pragma once

#include <list>
#include <memory>

#include "base/clock.h"
#include "loop/timer.h"
#include "pool/worker_process.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::pool {

/// Workers whose connection is closed and whose processes are about to end; one that outstays the patience is killed.
/// Owned by the Pool; destroying it leaves them to themselves.
class Departures {
 public:
  Departures(loop::Loop& loop, Duration patience);

  /// Null is nobody.
  void add(std::unique_ptr<WorkerProcess> process);
  [[nodiscard]] std::size_t size() const { return leaving_.size(); }

 private:
  struct Leaving {
    std::unique_ptr<WorkerProcess> process;
    Instant deadline;
  };

  void killLate();

  loop::Loop& loop_;
  Duration patience_;
  std::list<Leaving> leaving_;
  loop::Timer timer_;
};

}  // namespace bridge::pool
