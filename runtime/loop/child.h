#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "loop/stream.h"

namespace bridge::loop {

class Loop;

/// How a process ended: by a signal where `signal` is not 0, else with an exit code.
struct ExitStatus {
  int code = 0;
  int signal = 0;

  bool operator==(const ExitStatus&) const = default;
};

/// What a process and those of its children that it has waited for have used (getrusage(2)).
struct ResourceUsage {
  Duration user{};
  Duration system{};
  /// The most memory that one of them had resident, in bytes.
  std::uint64_t peakMemory = 0;
};

/// A child process of ours, from its start until it has been reaped. Destroying it while the process runs kills that
/// with SIGKILL (the whole group where it has one of its own) and reaps it in the background; `onExit` does not come
/// then.
class Child {
 public:
  struct Options {
    /// A path, or a name that is searched in the PATH of `environment`.
    std::string file;
    /// The arguments without argv[0], which is `file`.
    std::vector<std::string> args;
    /// All of it, as NAME=value; nothing is inherited.
    std::vector<std::string> environment;
    /// Empty: ours.
    std::string workingDirectory;
    /// Descriptor here -> descriptor there (3 or more). They stay ours to close.
    std::vector<std::pair<int, int>> passedDescriptors;
    /// Read with `takeStdout` and `takeStderr`; else the child shares ours. Pipes, not socket pairs: a child may open
    /// /dev/stderr.
    bool captureStdout = false;
    bool captureStderr = false;
    /// A pipe to `takeStdin`; else /dev/null.
    bool pipeStdin = false;
    /// A process group of its own; signals to that of the terminal do not reach it.
    bool newProcessGroup = false;
    /// The kernel kills it with SIGKILL when we die, however that happens.
    bool diesWithUs = false;
    /// An open folder of cgroup v2, in which it begins; it stays ours to close. -1: in ours.
    int cgroup = -1;
  };
  using OnExit = std::function<void(ExitStatus)>;

  /// `onExit` comes once, never inside this call, and may destroy the child; output may still arrive after it. The
  /// child has descriptors 0 to 2 and the passed ones, no others. Fails where the file cannot be run.
  [[nodiscard]] static Result<std::unique_ptr<Child>> spawn(Loop& loop, const Options& options, OnExit onExit);

  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] bool running() const;
  /// Known from `onExit` on.
  [[nodiscard]] const ResourceUsage& usage() const;
  /// Harmless after the end: the pid is not used any more.
  Result<void> kill(int signal);
  /// The same for the process group that the child leads (`newProcessGroup`, or it made itself the leader), or for the
  /// child alone while it leads none. Legal until `onExit` returns: there it reaches what the child left behind.
  Result<void> killGroup(int signal);

  /// Each may be taken once; null where it was not captured.
  [[nodiscard]] std::unique_ptr<Stream> takeStdout();
  [[nodiscard]] std::unique_ptr<Stream> takeStderr();
  [[nodiscard]] std::unique_ptr<Stream> takeStdin();

 private:
  struct Core;
  explicit Child(Core* core);
  Core* core_;
  std::unique_ptr<Stream> stdin_;
  std::unique_ptr<Stream> stdout_;
  std::unique_ptr<Stream> stderr_;
};

/// Two connected Unix stream sockets, close-on-exec and blocking; the caller closes them (or gives them to
/// `Stream::adopt`).
[[nodiscard]] Result<std::pair<int, int>> socketPair();

/// The pids of the loop's own children that have not been reaped yet. Whoever reaps others must leave these alone.
[[nodiscard]] bool isOwnChild(Loop& loop, pid_t pid);

}  // namespace bridge::loop
