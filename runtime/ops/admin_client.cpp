#include "ops/admin_client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <thread>

namespace bridge::ops {
namespace {

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Result<Socket> connectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Error{ErrorCode::Io, "the path is too long for a socket"};
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return errnoError("connect", errno);
  }
  return socket;
}

Result<Socket> connectTcp(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); failed != 0) {
    return Error{ErrorCode::Io, ::gai_strerror(failed)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  int problem = EHOSTUNREACH;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), one->ai_addr, one->ai_addrlen) == 0) {
      return socket;
    }
    problem = errno;
  }
  return errnoError("connect", problem);
}

/// Waits for the descriptor; false when the deadline came first.
bool await(int descriptor, short events, Instant deadline) {
  while (true) {
    const auto left = std::chrono::ceil<Millis>(deadline - Clock::now()).count();
    const int millis = deadline == Instant::max() ? -1 : static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
    pollfd wait{descriptor, events, 0};
    const int ready = ::poll(&wait, 1, millis);
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return true;
  }
}

Result<void> send(int descriptor, std::string_view bytes, Instant deadline) {
  while (!bytes.empty()) {
    if (!await(descriptor, POLLOUT, deadline)) {
      return Error{ErrorCode::Io, "no answer in time"};
    }
    const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      return errnoError("send", errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return {};
}

Result<std::string> receiveAll(int descriptor, Instant deadline) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    if (!await(descriptor, POLLIN, deadline)) {
      return Error{ErrorCode::Io, "no answer in time"};
    }
    const auto got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (got == 0) {
      return text;
    }
    if (got < 0 && errno != EINTR) {
      return errnoError("receive", errno);
    }
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
}

/// HTTP/1.0 was asked for: the body goes to the end of the connection.
Result<AdminReply> parse(const std::string& text) {
  constexpr std::string_view kBlank = "\r\n\r\n";
  const auto space = text.find(' ');
  const auto end = text.find(kBlank);
  AdminReply reply;
  if (!text.starts_with("HTTP/1.") || end == std::string::npos ||
      std::from_chars(text.data() + space + 1, text.data() + end, reply.status).ec != std::errc()) {
    return Error{ErrorCode::Io, "the connection ended without an answer"};
  }
  reply.body = text.substr(end + kBlank.size());
  return reply;
}

Result<Socket> connectTo(const AdminDoor& door) {
  return door.socket.empty() ? connectTcp(door.host, door.port) : connectUnix(door.socket);
}

}  // namespace

std::string AdminDoor::name() const { return socket.empty() ? host + ":" + std::to_string(port) : socket; }

Result<AdminReply> AdminClient::ask(const std::string& method, const std::string& path, Duration limit) const {
  const Instant deadline = limit == kNoLimit ? Instant::max() : Clock::now() + limit;
  auto socket = connectTo(door_);
  if (!socket.ok()) {
    return std::move(socket).error();
  }
  std::string request = method + " " + path + " HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n";
  if (method == "POST") {
    request += "Content-Length: 0\r\n";
  }
  if (!door_.token.empty()) {
    request += "Authorization: Bearer " + door_.token + "\r\n";
  }
  if (auto sent = send(socket->get(), request + "\r\n", deadline); !sent.ok()) {
    return std::move(sent).error();
  }
  auto text = receiveAll(socket->get(), deadline);
  if (!text.ok()) {
    return std::move(text).error();
  }
  auto reply = parse(*text);
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (reply.ok() && ::getsockopt(socket->get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0) {
    reply->server = peer.pid;
  }
  return reply;
}

bool AdminClient::waitForEnd(pid_t server, Duration limit) const {
  constexpr Duration kStep = Millis(50);
  const Instant deadline = Clock::now() + limit;
  if (const Socket process(server > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, server, 0)) : -1);
      process.get() >= 0) {
    return await(process.get(), POLLIN, deadline);
  }
  while (connectTo(door_).ok()) {
    if (Clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(kStep);
  }
  return true;
}

}  // namespace bridge::ops
