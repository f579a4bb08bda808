#include "loop/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "loop/socket_address.h"

namespace bridge::loop {

std::string toString(const Address& address) {
  if (address.host.starts_with("unix:")) {
    return address.host;
  }
  const bool colons = address.host.find(':') != std::string::npos;
  return (colons ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Address describe(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  switch (address.family()) {
    case AF_INET: {
      const auto* four = reinterpret_cast<const sockaddr_in*>(&address.storage);
      inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
      return {text.data(), ntohs(four->sin_port)};
    }
    case AF_INET6: {
      const auto* six = reinterpret_cast<const sockaddr_in6*>(&address.storage);
      if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
        inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], text.data(), text.size());
      } else {
        inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size());
      }
      return {text.data(), ntohs(six->sin6_port)};
    }
    case AF_UNIX: {
      const auto* local = reinterpret_cast<const sockaddr_un*>(&address.storage);
      const std::size_t room = address.length - offsetof(sockaddr_un, sun_path);
      if (address.length <= offsetof(sockaddr_un, sun_path) || local->sun_path[0] == '\0') {
        return {"unix:", 0};
      }
      return {"unix:" + std::string(local->sun_path, strnlen(local->sun_path, room)), 0};
    }
    default:
      return {};
  }
}

SocketAddress localAddress(int descriptor) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (::getsockname(descriptor, address.get(), &address.length) != 0) {
    return {};
  }
  return address;
}

SocketAddress peerAddress(int descriptor) {
  SocketAddress address;
  address.length = sizeof address.storage;
  if (::getpeername(descriptor, address.get(), &address.length) != 0) {
    return {};
  }
  return address;
}

Result<SocketAddress> unixAddress(const std::string& path) {
  SocketAddress address;
  auto* local = reinterpret_cast<sockaddr_un*>(&address.storage);
  if (path.empty() || path.size() >= sizeof local->sun_path) {
    return Error{ErrorCode::Io, "the socket path " + path + " has " + std::to_string(path.size()) +
                                    " bytes; it must have 1 to " + std::to_string(sizeof local->sun_path - 1)};
  }
  local->sun_family = AF_UNIX;
  std::memcpy(local->sun_path, path.c_str(), path.size() + 1);
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

std::vector<SocketAddress> addressesOf(const addrinfo* found) {
  std::vector<SocketAddress> addresses;
  for (; found != nullptr; found = found->ai_next) {
    if (found->ai_family != AF_INET && found->ai_family != AF_INET6) {
      continue;
    }
    SocketAddress address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.length = found->ai_addrlen;
    const bool known = std::any_of(addresses.begin(), addresses.end(), [&address](const SocketAddress& other) {
      return other.length == address.length && std::memcmp(&other.storage, &address.storage, address.length) == 0;
    });
    if (!known) {
      addresses.push_back(address);
    }
  }
  return addresses;
}

}  // namespace bridge::loop
