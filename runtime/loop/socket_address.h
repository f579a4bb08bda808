#pragma once

// For the sources of this room: the kernel's form of an address, and ours.

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "loop/address.h"

namespace bridge::loop {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// IPv4-mapped IPv6 addresses come out as the IPv4 addresses they stand for.
[[nodiscard]] Address describe(const SocketAddress& address);
[[nodiscard]] SocketAddress localAddress(int descriptor);
[[nodiscard]] SocketAddress peerAddress(int descriptor);
/// Fails where the path does not fit into sun_path.
[[nodiscard]] Result<SocketAddress> unixAddress(const std::string& path);
/// The addresses that getaddrinfo found, each once, in its order.
[[nodiscard]] std::vector<SocketAddress> addressesOf(const addrinfo* found);

}  // namespace bridge::loop
