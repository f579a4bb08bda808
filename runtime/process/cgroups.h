#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "loop/descriptor.h"
#include "loop/loop.h"
#include "loop/timer.h"

namespace bridge::process {

/// What the processes of one cgroup may use together; 0: no limit.
struct CgroupLimits {
  /// Bytes; swap is not to be had beside it.
  std::uint64_t memory = 0;
  /// Processes and threads at a time.
  std::uint64_t processes = 0;
  /// Of the time of one CPU: 0.5 is half of one, 2 is two.
  double cpus = 0;
};

class Cgroups;

/// A cgroup for one process and all its descendants. Owned by whoever starts that; destroying it kills what lives in it
/// and removes it. Its Cgroups outlives it.
class Cgroup {
 public:
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  /// Of its folder: `Spec::cgroup`.
  [[nodiscard]] int descriptor() const { return folder_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The kernel has killed for want of the memory that the limit leaves.
  [[nodiscard]] bool ranOutOfMemory() const;

 private:
  friend class Cgroups;
  Cgroup(Cgroups& owner, std::string path, loop::Descriptor folder);

  Cgroups& owner_;
  std::string path_;
  loop::Descriptor folder_;
};

/// The part of the cgroup v2 tree that is ours ("delegated": `Delegate=yes` of systemd), in which processes get cgroups
/// of their own. Reads and writes in cgroupfs are done at once; they take some 20 µs each.
class Cgroups {
 public:
  /// `folder` is a cgroup that we may write, or "auto": the one that we are in. What lives in it itself is moved into
  /// `server` below it, for a cgroup has either processes or limits for its children; then `controllers` ("memory",
  /// "pids", "cpu") are switched on. InvalidSettings with what is missing and what to do.
  [[nodiscard]] static Result<std::unique_ptr<Cgroups>> open(loop::Loop& loop, const std::string& folder,
                                                             const std::vector<std::string_view>& controllers);
  ~Cgroups();
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;

  /// A new cgroup of that name. Io where it cannot be made, or a limit cannot be set.
  [[nodiscard]] Result<std::unique_ptr<Cgroup>> make(const std::string& name, const CgroupLimits& limits);
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  friend class Cgroup;
  Cgroups(loop::Loop& loop, std::string folder);
  /// Killed processes hold a cgroup until they are gone: it is tried again until it is removed.
  void remove(std::string path);
  void tryAgain();

  std::string folder_;
  std::list<std::string> leftovers_;
  loop::Timer timer_;
};

}  // namespace bridge::process
