#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace bridge::http {

/// An IPv4 or IPv6 address as bytes. IPv4 addresses that are written as IPv6 (`::ffff:10.0.0.1`) are IPv4.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;

  bool operator==(const IpAddress&) const = default;
};

/// Without port, brackets and zone; nothing for anything else.
[[nodiscard]] std::optional<IpAddress> parseIp(std::string_view text);
/// The shortest form, "2001:db8::1".
[[nodiscard]] std::string toString(const IpAddress& address);

/// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" and "[2001:db8::1]:80", as proxies write the end of a
/// connection; the port is 0 where there is none. Nothing for anything else.
[[nodiscard]] std::optional<Endpoint> parseEndpoint(std::string_view text);

/// A set of addresses: networks ("10.0.0.0/8"), single addresses, and `unix:` for the peers of Unix sockets. IPv4 and
/// IPv6 are apart: `::/0` holds no IPv4 address.
class Networks {
 public:
  Networks() = default;
  /// Items that are none of these count for nothing; the settings have refused them.
  explicit Networks(const std::vector<std::string>& items);

  /// `address` as an Endpoint has it.
  [[nodiscard]] bool contain(std::string_view address) const;
  [[nodiscard]] bool empty() const { return networks_.empty() && !unixPeers_; }

  /// Whether a text may be an item.
  [[nodiscard]] static bool isItem(std::string_view item);

 private:
  struct Network {
    IpAddress address;
    int bits = 0;

    [[nodiscard]] bool contains(const IpAddress& other) const;
  };
  [[nodiscard]] static std::optional<Network> parse(std::string_view item);

  std::vector<Network> networks_;
  bool unixPeers_ = false;
};

}  // namespace bridge::http
