#pragma once

#include <string>

namespace bridge::loop {

/// One end of a connection: a numeric IPv4 or IPv6 host with its port, or `unix:PATH` with port 0 (`unix:` alone for an
/// end without a name, which is what the connecting side of a Unix socket has).
struct Address {
  std::string host;
  int port = 0;

  bool operator==(const Address&) const = default;
};

/// "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock".
[[nodiscard]] std::string toString(const Address& address);

}  // namespace bridge::loop
