#pragma once

// For the listener: sockets that are bound and listen. Everything here blocks and belongs to the start.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "loop/descriptor.h"

namespace bridge::loop {

/// One socket for each address of the host that this machine has; all of them with the same port.
[[nodiscard]] Result<std::vector<Descriptor>> bindTcp(const std::string& host, int port, int backlog);

struct BoundPath {
  Descriptor descriptor;
  dev_t device = 0;
  ino_t inode = 0;
};

/// Replaces a socket file that nobody listens on, and nothing else.
[[nodiscard]] Result<BoundPath> bindUnix(const std::string& path, mode_t mode, int backlog);

/// Removes the file at `path` if it is still this one.
void removeSocketFile(const std::string& path, dev_t device, ino_t inode);

}  // namespace bridge::loop
