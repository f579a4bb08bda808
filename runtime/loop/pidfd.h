#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"

namespace bridge::loop {

class Loop;
class Poll;

/// A process that need not be our child, held so that its pid cannot come to mean another one. Owned by whoever may
/// have to kill it, destroyed before the Loop.
class PidHandle {
 public:
  /// Fails where the process is gone, or the kernel has no pidfd_open (before 5.3).
  [[nodiscard]] static Result<std::unique_ptr<PidHandle>> open(Loop& loop, pid_t pid);
  ~PidHandle();
  PidHandle(const PidHandle&) = delete;
  PidHandle& operator=(const PidHandle&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Never reaches another process, however late it is sent.
  Result<void> send(int signal) const;
  /// Not reaped yet (a zombie counts as there).
  [[nodiscard]] bool exists() const;
  /// From /proc; nothing where the process is gone.
  [[nodiscard]] std::optional<pid_t> parentPid() const;
  /// Once, when the process has ended, whoever reaps it. May destroy the handle.
  void onExit(std::function<void()> callback);

 private:
  PidHandle(Loop& loop, pid_t pid, int descriptor);

  Loop& loop_;
  pid_t pid_;
  int descriptor_;
  std::unique_ptr<Poll> poll_;
};

}  // namespace bridge::loop
