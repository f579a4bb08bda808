#pragma once

// For `Child`: a new process, begun and not yet watched.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "loop/descriptor.h"

namespace bridge::loop {

struct SpawnRequest {
  /// A path, or a name that is searched in the PATH of `environment`.
  const std::string& file;
  /// Without argv[0], which is `file`.
  const std::vector<std::string>& args;
  const std::vector<std::string>& environment;
  /// Empty: ours.
  const std::string& workingDirectory;
  /// By its number in the child, which descriptor here it shall be; -1: /dev/null for 0 to 2, closed for others.
  std::vector<int> descriptors;
  /// It leads a process group of its own.
  bool ownGroup = false;
  /// The kernel kills it with SIGKILL when the thread that calls `spawn` ends.
  bool diesWithUs = false;
  /// An open folder of cgroup v2, in which it begins; -1: in ours.
  int cgroup = -1;
};

struct Spawned {
  pid_t pid = 0;
  /// Readable when it has ended; nobody else reaps it.
  Descriptor pidfd;
};

/// Returns when the program runs: a file that cannot be executed, or a folder that cannot be entered, is an error here.
/// The child begins with all signals unblocked and at their defaults.
[[nodiscard]] Result<Spawned> spawn(const SpawnRequest& request);

}  // namespace bridge::loop
