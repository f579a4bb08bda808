#pragma once

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace bridge::process {

/// What to run and how to end it. A plain value.
struct Spec {
  /// For the log and the status page: "php handler", "queue worker 2".
  std::string name;
  /// A path, or a name that is searched in the PATH of `environment`.
  std::string file;
  /// Without argv[0].
  std::vector<std::string> args;
  /// All of it, as NAME=value.
  std::vector<std::string> environment;
  /// Empty: ours.
  std::string workingDirectory;
  /// Descriptor here -> descriptor there (3 or more). They stay the caller's to close.
  std::vector<std::pair<int, int>> passedDescriptors;

  /// Sent to the process alone, or to its group; the group gets SIGKILL when the timeout is over.
  int stopSignal = SIGTERM;
  bool stopGroup = false;
  Duration stopTimeout = Seconds(10);
  /// What it leaves behind in its process group is killed when it has ended.
  bool killLeftovers = true;

  /// The level at which its output is logged.
  Level outputLevel = Level::info;
  /// A pipe to `Process::takeStdin`; else it reads from /dev/null.
  bool pipeStdin = false;
  /// The descriptor of a Cgroup in which it begins; -1: in ours. It stays the caller's to close.
  int cgroup = -1;
};

}  // namespace bridge::process
