#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

#include "loop/child.h"
#include "loop/signal.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::process {

/// Reaps processes whose parent, a descendant of ours, has died: the kernel gives them to us (PR_SET_CHILD_SUBREAPER),
/// and nobody else would. Children that the loop has started are left to it. One per program, owned by main.
///
/// It takes every other child of the program for such an orphan; who forks by hand does not use it.
class Reaper {
 public:
  using OnReaped = std::function<void(pid_t, loop::ExitStatus)>;

  explicit Reaper(loop::Loop& loop, OnReaped onReaped = {});

  /// The orphans that still run.
  [[nodiscard]] std::vector<pid_t> adopted() const;

 private:
  void reap();

  loop::Loop& loop_;
  OnReaped onReaped_;
  loop::Signal childSignal_;
};

}  // namespace bridge::process
