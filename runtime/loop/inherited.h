#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "loop/descriptor.h"

namespace bridge::loop {

/// A socket that was open when the program was started, meant for it.
struct InheritedSocket {
  Descriptor descriptor;
  /// From LISTEN_FDNAMES; "unknown" where there is none, as systemd says it.
  std::string name;
};

/// Takes over what a service manager hands to this process (sd_listen_fds(3)): LISTEN_FDS descriptors from `first` on,
/// if LISTEN_PID is `pid`. They become close-on-exec, and the variables are removed from the environment, so that no
/// child takes them for its own. Nothing where nothing is meant for us; an Error where LISTEN_FDS makes no sense.
[[nodiscard]] Result<std::vector<InheritedSocket>> takeInheritedSockets(pid_t pid, int first = 3);

}  // namespace bridge::loop
