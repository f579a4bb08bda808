#include "http/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "http/networks.h"
#include "http/syntax.h"

namespace bridge::http {
namespace {

using Parsed = Result<std::optional<ProxyHeader>>;

// Version 1: a line of text.
constexpr std::string_view kText = "PROXY ";
constexpr std::size_t kLongestLine = 107;

// Version 2: the signature, version and command, family and transport, the length of the rest.
constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixed = 16;
constexpr unsigned kVersion2 = 2;
constexpr unsigned kLocal = 0;
constexpr unsigned kProxy = 1;
constexpr unsigned kUnspecified = 0;
constexpr unsigned kStream = 1;
constexpr unsigned kInet = 1;  // 2 is IPv6.
constexpr unsigned kUnix = 3;
constexpr std::size_t kUnixEnds = 2 * std::size_t{108};
constexpr unsigned kTlvSsl = 0x20;
constexpr unsigned kClientSsl = 0x01;

Error malformed(const char* why) { return {ErrorCode::BadRequest, std::string("PROXY protocol: ") + why}; }

unsigned byteAt(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::size_t shortAt(std::string_view bytes, std::size_t at) { return byteAt(bytes, at) << 8U | byteAt(bytes, at + 1); }

std::string_view takeWord(std::string_view& line) {
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

/// The address of the family that the line names, and a port as it must be written: digits without a sign or zero.
std::optional<Endpoint> endOf(std::string_view host, std::string_view port, bool v4) {
  const auto address = host.find(':') == std::string_view::npos ? v4 : !v4;
  const auto parsed = address ? parseIp(host) : std::nullopt;
  const auto number = port.size() <= 5 && (port == "0" || !port.starts_with('0')) ? parseDecimal(port) : std::nullopt;
  if (!parsed || !number || *number > 65535) return std::nullopt;
  return Endpoint{toString(*parsed), static_cast<int>(*number)};
}

Parsed parseLine(std::string_view bytes) {
  const auto newline = bytes.substr(0, kLongestLine).find("\r\n");
  if (newline == std::string_view::npos) {
    if (bytes.size() >= kLongestLine) return malformed("the line is too long");
    return std::optional<ProxyHeader>();
  }
  ProxyHeader header;
  header.size = newline + 2;
  auto line = bytes.substr(kText.size(), newline - kText.size());
  const auto family = takeWord(line);
  if (family == "UNKNOWN") return std::optional(std::move(header));
  if (family != "TCP4" && family != "TCP6") return malformed("unknown family");
  const auto source = takeWord(line);
  const auto destination = takeWord(line);
  const auto sourcePort = takeWord(line);
  auto client = endOf(source, sourcePort, family == "TCP4");
  auto server = endOf(destination, line, family == "TCP4");
  if (!client || !server) return malformed("bad address or port");
  header.ends = {std::move(*client), std::move(*server)};
  return std::optional(std::move(header));
}

Endpoint binaryEnd(std::string_view address, std::size_t port, bool v4) {
  IpAddress ip{.bytes = {}, .v4 = v4};
  std::ranges::transform(address, ip.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  // By way of its text, which turns an IPv4 address in the clothes of IPv6 into itself.
  return {toString(*parseIp(toString(ip))), static_cast<int>(port)};
}

/// Looks for the one extension that matters here: type, length, value, one after the other.
bool saysTls(std::string_view extensions, bool& wellFormed) {
  bool tls = false;
  while (!extensions.empty()) {
    if (extensions.size() < 3 || extensions.size() - 3 < shortAt(extensions, 1)) {
      wellFormed = false;
      return false;
    }
    const auto value = extensions.substr(3, shortAt(extensions, 1));
    if (byteAt(extensions, 0) == kTlvSsl && !value.empty()) tls = (byteAt(value, 0) & kClientSsl) != 0;
    extensions.remove_prefix(3 + value.size());
  }
  return tls;
}

Parsed parseBinary(std::string_view bytes) {
  if (bytes.size() < kFixed) return std::optional<ProxyHeader>();
  const unsigned version = byteAt(bytes, 12) >> 4U;
  const unsigned command = byteAt(bytes, 12) & 0xFU;
  const unsigned family = byteAt(bytes, 13) >> 4U;
  const unsigned transport = byteAt(bytes, 13) & 0xFU;
  ProxyHeader header;
  header.size = kFixed + shortAt(bytes, 14);
  if (version != kVersion2 || (command != kLocal && command != kProxy)) return malformed("unknown version or command");
  if (header.size > kMaxProxyHeader) return malformed("the header is too long");
  if (bytes.size() < header.size) return std::optional<ProxyHeader>();
  if (command == kLocal) return std::optional(std::move(header));
  const auto rest = bytes.substr(kFixed, header.size - kFixed);
  if (family == kUnspecified) return std::optional(std::move(header));
  if (family > kUnix || transport != kStream) return malformed("unknown family or transport");
  const std::size_t width = family == kInet ? 4 : 16;
  const std::size_t ends = family == kUnix ? kUnixEnds : 2 * width + 4;
  if (rest.size() < ends) return malformed("the addresses are cut off");
  if (family == kUnix) {
    header.ends = {{"unix:", 0}, {"unix:", 0}};
  } else {
    header.ends = {binaryEnd(rest.substr(0, width), shortAt(rest, 2 * width), family == kInet),
                   binaryEnd(rest.substr(width, width), shortAt(rest, 2 * width + 2), family == kInet)};
  }
  bool wellFormed = true;
  header.tls = saysTls(rest.substr(ends), wellFormed);
  if (!wellFormed) return malformed("an extension is cut off");
  return std::optional(std::move(header));
}

bool begins(std::string_view bytes, std::string_view with) {
  const auto common = std::min(bytes.size(), with.size());
  return bytes.substr(0, common) == with.substr(0, common);
}

}  // namespace

Parsed parseProxyHeader(std::string_view bytes) {
  for (const auto& [signature, parse] : {std::pair{kText, &parseLine}, std::pair{kSignature, &parseBinary}}) {
    if (begins(bytes, signature)) {
      return bytes.size() < signature.size() ? Parsed(std::optional<ProxyHeader>()) : parse(bytes);
    }
  }
  return malformed("there is no header");
}

}  // namespace bridge::http
