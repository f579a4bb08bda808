#include "loop/bind.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "loop/socket_address.h"

namespace bridge::loop {
namespace {

Error refusal(std::string text) { return {ErrorCode::InvalidSettings, std::move(text)}; }

/// Why the address cannot be listened on, and what to do.
Error listenError(const Address& address, int errorNumber) {
  const std::string where = "listen on " + toString(address) + ": ";
  switch (errorNumber) {
    case EADDRINUSE:
      return refusal(where + "the port is in use by another program; stop that or choose another port");
    case EACCES:
      return refusal(
          where + "ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher port or grant the capability");
    case EADDRNOTAVAIL:
      return refusal(where + "this machine does not have the address; choose one of its own, or 0.0.0.0 for all");
    default:
      return errnoError(where + "failed", errorNumber);
  }
}

void setPort(SocketAddress& address, int port) {
  const auto number = htons(static_cast<std::uint16_t>(port));
  if (address.family() == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = number;
  } else {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = number;
  }
}

/// A socket that listens, or the errno value.
std::pair<Descriptor, int> listenOn(const SocketAddress& address, int backlog, bool onlySix) {
  Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return {Descriptor(), errno};
  }
  const int on = 1;
  const int six = onlySix ? 1 : 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) {
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &six, sizeof six);
  }
  if (::bind(socket.get(), address.get(), address.length) != 0 || ::listen(socket.get(), backlog) != 0) {
    return {Descriptor(), errno};
  }
  return {std::move(socket), 0};
}

/// Nothing where the file may be replaced, else why not.
std::optional<Error> whyNotReplace(const std::string& path, const struct stat& info, const SocketAddress& address) {
  if (!S_ISSOCK(info.st_mode)) {
    return refusal("listen on unix:" + path +
                   ": a file that is no socket is in the way; remove it or choose another path");
  }
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe.valid()) {
    return errnoError("socket", errno);
  }
  // Never blocks: a Unix socket connects or fails at once.
  if (::connect(probe.get(), address.get(), address.length) == 0 || errno == EAGAIN) {
    return refusal("listen on unix:" + path + ": another program listens there; stop that or choose another path");
  }
  if (errno != ECONNREFUSED) {
    return errnoError("listen on unix:" + path + ": cannot tell whether the socket there is in use", errno);
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<Descriptor>> bindTcp(const std::string& host, int port, int backlog) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
    return refusal("listen on " + host + ": the name cannot be resolved (" + ::gai_strerror(error) + ")");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, ::freeaddrinfo);
  auto addresses = addressesOf(found);

  std::vector<Descriptor> sockets;
  Error error{ErrorCode::InvalidSettings, "listen on " + host + ": the name has no address"};
  for (auto& address : addresses) {
    setPort(address, port);
    auto [socket, errorNumber] = listenOn(address, backlog, addresses.size() > 1);
    if (errorNumber == 0) {
      port = describe(localAddress(socket.get())).port;
      sockets.push_back(std::move(socket));
      continue;
    }
    error = listenError(describe(address), errorNumber);
    // A name may stand for an address, or a family, that this machine does not have; another one serves.
    if (errorNumber != EADDRNOTAVAIL && errorNumber != EAFNOSUPPORT) {
      return error;
    }
  }
  if (sockets.empty()) {
    return error;
  }
  return sockets;
}

Result<BoundPath> bindUnix(const std::string& path, mode_t mode, int backlog) {
  const auto address = unixAddress(path);
  if (!address.ok()) {
    return refusal(address.error().detail);
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The file takes its mode from the socket (minus the umask), so that it is never wider than asked, not even for a
  // moment.
  if (!socket.valid() || ::fchmod(socket.get(), mode) != 0) {
    return errnoError("listen on unix:" + path, errno);
  }
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    if (auto reason = whyNotReplace(path, info, *address)) {
      return std::move(*reason);
    }
    removeSocketFile(path, info.st_dev, info.st_ino);
  }
  if (::bind(socket.get(), address->get(), address->length) != 0) {
    const int error = errno;
    switch (error) {
      case EADDRINUSE:
        return refusal("listen on unix:" + path + ": the path is in use; remove the file or choose another path");
      case ENOENT:
        return refusal("listen on unix:" + path + ": the folder does not exist; create it or choose another path");
      case EACCES:
        return refusal("listen on unix:" + path + ": the folder is not writable; change that or choose another path");
      default:
        return errnoError("listen on unix:" + path, error);
    }
  }
  if (::lstat(path.c_str(), &info) != 0) {
    return errnoError("listen on unix:" + path, errno);
  }
  BoundPath bound{std::move(socket), info.st_dev, info.st_ino};
  if (::chmod(path.c_str(), mode) != 0 || ::listen(bound.descriptor.get(), backlog) != 0) {
    const int error = errno;
    removeSocketFile(path, bound.device, bound.inode);
    return errnoError("listen on unix:" + path, error);
  }
  return bound;
}

void removeSocketFile(const std::string& path, dev_t device, ino_t inode) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && info.st_dev == device && info.st_ino == inode) {
    ::unlink(path.c_str());
  }
}

}  // namespace bridge::loop
