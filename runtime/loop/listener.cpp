#include "loop/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "loop/bind.h"
#include "loop/loop.h"
#include "loop/poll.h"
#include "loop/socket_address.h"

namespace bridge::loop {
namespace {

/// Connections accepted in one turn, so that a flood of them does not keep the others from being served.
constexpr int kAcceptsPerTurn = 64;
constexpr Duration kRest = Millis(100);
constexpr Duration kComplainEvery = Seconds(60);

}  // namespace

struct Listener::Socket {
  Descriptor descriptor;
  bool tcp;
  std::unique_ptr<Poll> poll;
};

Listener::Listener(Loop& loop, OnAccept onAccept)
    : loop_(loop), onAccept_(std::make_shared<const OnAccept>(std::move(onAccept))), restTimer_(loop) {}

Listener::~Listener() {
  *alive_ = false;
  sockets_.clear();
  if (!path_.empty()) {
    removeSocketFile(path_, device_, inode_);
  }
}

Result<std::unique_ptr<Listener>> Listener::tcp(Loop& loop, const std::string& host, int port, int backlog,
                                                OnAccept onAccept) {
  auto bound = bindTcp(host, port, backlog);
  if (!bound.ok()) {
    return std::move(bound).error();
  }
  auto listener = std::unique_ptr<Listener>(new Listener(loop, std::move(onAccept)));
  for (auto& socket : *bound) {
    if (auto added = listener->add(socket.release()); !added.ok()) {
      return std::move(added).error();
    }
  }
  return listener;
}

Result<std::unique_ptr<Listener>> Listener::unixSocket(Loop& loop, const std::string& path, mode_t mode, int backlog,
                                                       OnAccept onAccept) {
  auto bound = bindUnix(path, mode, backlog);
  if (!bound.ok()) {
    return std::move(bound).error();
  }
  auto listener = std::unique_ptr<Listener>(new Listener(loop, std::move(onAccept)));
  listener->path_ = path;
  listener->device_ = bound->device;
  listener->inode_ = bound->inode;
  if (auto added = listener->add(bound->descriptor.release()); !added.ok()) {
    return std::move(added).error();
  }
  return listener;
}

Result<std::unique_ptr<Listener>> Listener::inherit(Loop& loop, std::vector<Descriptor> sockets, OnAccept onAccept) {
  auto listener = std::unique_ptr<Listener>(new Listener(loop, std::move(onAccept)));
  for (auto& socket : sockets) {
    const int descriptor = socket.get();
    int type = 0;
    int listens = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM ||
        ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0) {
      return Error{ErrorCode::InvalidSettings,
                   "descriptor " + std::to_string(descriptor) +
                       " is no stream socket that listens; a socket unit must have ListenStream= and Accept=no"};
    }
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
      return errnoError("take over a listening socket", errno);
    }
    if (auto added = listener->add(socket.release()); !added.ok()) {
      return std::move(added).error();
    }
  }
  return listener;
}

Result<void> Listener::add(int descriptor) {
  auto socket = std::make_unique<Socket>();
  socket->descriptor.reset(descriptor);
  socket->tcp = localAddress(descriptor).family() != AF_UNIX;
  if (socket->tcp) {
    // Accepted connections have this from the listening socket: one system call less for each.
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  auto poll = Poll::open(loop_, descriptor);
  if (!poll.ok()) {
    return std::move(poll).error();
  }
  socket->poll = std::move(*poll);
  sockets_.push_back(std::move(socket));
  watch();
  return {};
}

Address Listener::address() const { return describe(localAddress(sockets_.front()->descriptor.get())); }

void Listener::pause() {
  paused_ = true;
  watch();
}

void Listener::resume() {
  paused_ = false;
  watch();
}

void Listener::watch() {
  const bool wanted = !paused_ && !resting_;
  for (const auto& socket : sockets_) {
    if (wanted == socket->poll->active()) {
      continue;
    }
    if (wanted) {
      socket->poll->start(Poll::For::reading, [this, pointer = socket.get()] { accept(*pointer); });
    } else {
      socket->poll->stop();
    }
  }
}

void Listener::acceptWaiting() {
  for (const auto& socket : sockets_) {
    while (accept(*socket) > 0) {
    }
  }
}

// The callback for a connection may destroy the listener, hence the copies.
int Listener::accept(const Socket& socket) {
  const auto alive = alive_;
  const auto onAccept = onAccept_;
  int accepted = 0;
  while (accepted < kAcceptsPerTurn && *alive && !paused_ && !resting_) {
    const int fd = ::accept4(socket.descriptor.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      ++accepted;
      auto stream = Stream::open(loop_, fd, socket.tcp ? Stream::Kind::tcp : Stream::Kind::local);
      if (stream.ok()) {
        (*onAccept)(std::move(*stream));
      } else {
        log::warn("loop", "a connection is dropped: {}", stream.error().detail);
      }
    } else if (errno == EAGAIN) {
      break;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      rest(errno);
    } else {
      ++accepted;  // An error of one connection that broke before it was accepted (accept(2)).
    }
  }
  return accepted;
}

void Listener::rest(int errorNumber) {
  metrics::all().acceptFailures.add();
  if (const auto now = loop_.now(); !lastComplaint_ || now - *lastComplaint_ >= kComplainEvery) {
    lastComplaint_ = now;
    log::error("loop", "no connection can be accepted on {}: {}; they wait (raise the limit of open files)",
               toString(address()), std::strerror(errorNumber));
  }
  resting_ = true;
  watch();
  restTimer_.start(kRest, [this] {
    resting_ = false;
    watch();
  });
}

}  // namespace bridge::loop
