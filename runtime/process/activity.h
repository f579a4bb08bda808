#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace bridge::process {

/// What a process does at this moment, as far as /proc tells this user.
struct Activity {
  /// The kernel's letter: R runs, S sleeps, D waits for a disk, T is stopped, Z has ended.
  char state = '?';
  /// The system call it is in, and the file where that is about one: "flock on /srv/app/storage/lock". Empty: none, or
  /// unknown.
  std::string systemCall;

  /// It computes: a signal cuts no system call.
  [[nodiscard]] bool computes() const { return state == 'R'; }
  /// For a log line: "computes", "waits in poll", "is stopped". Holds a foreign path.
  [[nodiscard]] std::string text() const;
};

/// Some file reads in /proc, none of which waits. Nothing: there is no such process.
[[nodiscard]] std::optional<Activity> activityOf(pid_t pid);

/// The processes that it has started and that have not been waited for, some 70 at most; none where the kernel does not
/// say (CONFIG_PROC_CHILDREN). One file read in /proc.
[[nodiscard]] std::vector<pid_t> childrenOf(pid_t pid);

}  // namespace bridge::process
