#include "upstreams/socket_file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace bridge::upstreams {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool trusted(uid_t uid) { return uid == ::geteuid() || uid == 0; }

SocketFile foreign(SocketFile found, std::string reason) {
  found.kind = SocketFile::Kind::foreign;
  found.reason = std::move(reason);
  return found;
}

}  // namespace

std::optional<FileId> fileIdOf(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return std::nullopt;
  }
  return FileId{info.st_dev, info.st_ino};
}

Result<SocketFile> examineSocket(const std::string& path) {
  SocketFile found;
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return found;
    }
    return errnoError("look at " + path, errno);
  }
  found.id = {info.st_dev, info.st_ino};
  if (!S_ISSOCK(info.st_mode)) {
    return foreign(std::move(found), "it is not a socket");
  }
  if (!trusted(info.st_uid)) {
    return foreign(std::move(found), "it belongs to user " + std::to_string(info.st_uid));
  }

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Error{ErrorCode::InvalidSettings, "the socket path is too long: " + path};
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) {
    return errnoError("socket", errno);
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    switch (errno) {
      case ECONNREFUSED:
        found.kind = SocketFile::Kind::stale;
        return found;
      case ENOENT:
        return SocketFile{};
      case EPROTOTYPE:
        return foreign(std::move(found), "it is a socket of another type");
      case EAGAIN:  // Somebody listens, with a full backlog.
        found.kind = SocketFile::Kind::live;
        return found;
      default:
        return errnoError("connect to " + path, errno);
    }
  }
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return errnoError("SO_PEERCRED of " + path, errno);
  }
  found.listener = peer.pid;
  if (!trusted(peer.uid)) {
    return foreign(std::move(found),
                   "process " + std::to_string(peer.pid) + " of user " + std::to_string(peer.uid) + " listens on it");
  }
  found.kind = SocketFile::Kind::live;
  return found;
}

bool removeIfSame(const std::string& path, FileId id) {
  if (fileIdOf(path) != id) {
    return false;
  }
  return ::unlink(path.c_str()) == 0;
}

}  // namespace bridge::upstreams
