#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace bridge::upstreams {

/// What names a file for as long as it exists, whatever its path is.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;

  bool operator==(const FileId&) const = default;
};

/// The file at `path`, links not followed; nothing where there is none.
[[nodiscard]] std::optional<FileId> fileIdOf(const std::string& path);

/// What is found at the path of a Unix socket.
struct SocketFile {
  enum class Kind {
    /// Nothing is there.
    absent,
    /// A socket of this user that nobody listens on: it may be replaced.
    stale,
    /// A socket of this user (or of root) with a listener of this user (or of root) behind it.
    live,
    /// Something else, or somebody else's: it is never touched.
    foreign,
  };
  Kind kind = Kind::absent;
  FileId id;
  /// The listening process, where `kind` is live.
  pid_t listener = 0;
  /// Why it is foreign, in words for the operator.
  std::string reason;
};

/// Looks at the path and, where a socket is there, connects once and hangs up. Never blocks: a Unix connect either
/// succeeds or fails at once. Fails only where the look itself fails (no permission on the folder).
[[nodiscard]] Result<SocketFile> examineSocket(const std::string& path);

/// Removes the file at `path` if it is still the one meant; says whether it did.
bool removeIfSame(const std::string& path, FileId id);

}  // namespace bridge::upstreams
