#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/inspect.h"
#include "process/restart_policy.h"
#include "process/spec.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::process {

/// What is to be kept running, and how many of it.
struct Program {
  /// Its name is that of the program; those of several processes get ".1", ".2" and so on.
  Spec spec;
  int count = 1;
  RestartPolicy::Again again = RestartPolicy::Again::always;
};

/// The other processes of the application: each is started again when it ends, with growing pauses; one that ends again
/// and again is tried once a minute, and says so. Their output goes to the log under their names.
///
/// Owned by main, destroyed before the Loop; destroying it kills what still runs.
class Programs {
 public:
  explicit Programs(loop::Loop& loop);
  ~Programs();
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  /// Makes it so, now and with everything that there is: what ran before under the same name is asked to end, and
  /// started anew in the way of `programs`; what is not named any more ends. Ignored after `stop`.
  void run(const std::vector<Program>& programs);
  /// Asks all of them to end; each is killed when its own timeout is over, `atOnce`: now. `done` comes once, in a later
  /// turn; a second call's `done` replaces the first's.
  void stop(bool atOnce, std::function<void()> done);
  /// How long `stop` can take.
  [[nodiscard]] Duration patience() const;

  /// In the order of `run`; those that are being ended for good come last.
  [[nodiscard]] std::vector<inspect::Process> inspect() const;

 private:
  class Slot;

  void checkStopped();

  loop::Loop& loop_;
  std::vector<std::unique_ptr<Slot>> slots_;
  /// Not wanted any more.
  std::vector<std::unique_ptr<Slot>> leaving_;
  bool stopping_ = false;
  std::function<void()> onStopped_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::process
