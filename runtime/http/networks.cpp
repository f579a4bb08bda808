#include "http/networks.h"

#include <arpa/inet.h>

#include <algorithm>

#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kMappedBits = 96;
constexpr std::size_t kLongest = INET6_ADDRSTRLEN;

std::optional<int> parsePort(std::string_view text) {
  const auto port = text.size() <= 5 ? parseDecimal(text) : std::nullopt;
  return port && *port <= 65535 ? std::optional<int>(static_cast<int>(*port)) : std::nullopt;
}

}  // namespace

std::optional<IpAddress> parseIp(std::string_view text) {
  if (text.size() >= kLongest) return std::nullopt;
  const std::string terminated(text);
  IpAddress address;
  if (::inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    address.v4 = true;
    return address;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  if (std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) {
    IpAddress plain{.bytes = {}, .v4 = true};
    std::copy(address.bytes.begin() + kMapped.size(), address.bytes.end(), plain.bytes.begin());
    return plain;
  }
  return address;
}

std::string toString(const IpAddress& address) {
  std::array<char, kLongest> text{};
  ::inet_ntop(address.v4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<Endpoint> parseEndpoint(std::string_view text) {
  auto host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else if (std::ranges::count(text, ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(host.size());
  }
  const auto address = parseIp(host);
  const auto number = port.empty() ? 0 : port.front() == ':' ? parsePort(port.substr(1)) : std::nullopt;
  if (!address || !number || (text.starts_with('[') && host.find(':') == std::string_view::npos)) return std::nullopt;
  return Endpoint{toString(*address), *number};
}

Networks::Networks(const std::vector<std::string>& items) {
  for (const auto& item : items) {
    if (item == kUnix) {
      unixPeers_ = true;
    } else if (const auto network = parse(item)) {
      networks_.push_back(*network);
    }
  }
}

std::optional<Networks::Network> Networks::parse(std::string_view item) {
  const auto slash = item.find('/');
  const auto text = item.substr(0, slash);
  const auto address = parseIp(text);
  if (!address) return std::nullopt;
  // Bits count as they are written, in an IPv4 address that is written as IPv6 too.
  const int skipped = address->v4 && text.find(':') != std::string_view::npos ? kMappedBits : 0;
  const int most = address->v4 ? 32 : 128;
  if (slash == std::string_view::npos) return Network{*address, most};
  const auto digits = item.substr(slash + 1);
  const auto bits = digits.size() <= 3 ? parseDecimal(digits) : std::nullopt;
  if (!bits || static_cast<int>(*bits) > most + skipped || static_cast<int>(*bits) < skipped) return std::nullopt;
  return Network{*address, static_cast<int>(*bits) - skipped};
}

bool Networks::isItem(std::string_view item) { return item == kUnix || parse(item).has_value(); }

bool Networks::contain(std::string_view address) const {
  if (address.starts_with(kUnix)) return unixPeers_;
  if (networks_.empty()) return false;
  const auto parsed = parseIp(address);
  return parsed &&
         std::ranges::any_of(networks_, [&parsed](const Network& network) { return network.contains(*parsed); });
}

bool Networks::Network::contains(const IpAddress& other) const {
  if (address.v4 != other.v4) return false;
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  other.bytes.begin())) {
    return false;
  }
  const int rest = bits % 8;
  return rest == 0 || ((address.bytes[whole] ^ other.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace bridge::http
