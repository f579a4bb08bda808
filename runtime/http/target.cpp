#include "http/target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "http/headers.h"
#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr std::size_t kMaxHost = 255;
constexpr std::uint64_t kMaxPort = 65535;

constexpr std::array<bool, 256> makeTable(std::string_view extra) {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~%")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  for (const char c : extra) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

// unreserved, reserved and `%` of RFC 3986, 2; the fragment's `#` never travels (RFC 9110, 7.1).
constexpr auto kTargetChars = makeTable(":/?[]@!$&'()*+,;=");
// reg-name of RFC 3986, 3.2.2 without the comma, which would make two hosts of one field.
constexpr auto kNameChars = makeTable("!$&'()*+;=");

bool allIn(const std::array<bool, 256>& table, std::string_view text) {
  return std::ranges::all_of(text, [&table](char c) { return table[static_cast<unsigned char>(c)]; });
}

/// Every `%` is followed by two hex digits, and none encodes NUL.
bool percentsWellFormed(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (at + 2 >= text.size() || hexValue(text[at + 1]) < 0 || hexValue(text[at + 2]) < 0) return false;
    if (text[at + 1] == '0' && text[at + 2] == '0') return false;
  }
  return true;
}

bool isPort(std::string_view port) {
  if (port.empty()) return true;  // RFC 3986, 3.2.3: port = *DIGIT
  const auto number = parseDecimal(port);
  return number && *number <= kMaxPort;
}

bool isIpv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

Error bad(std::string detail) { return {ErrorCode::BadRequest, std::move(detail)}; }

void splitQuery(std::string_view text, Target& target) {
  const auto mark = text.find('?');
  target.path = text.substr(0, mark);
  if (mark != std::string_view::npos) target.query = text.substr(mark + 1);
}

Result<Target> parseAbsolute(std::string_view method, std::string_view text) {
  const auto mark = text.find("://");
  const auto scheme = text.substr(0, mark);
  if (mark == std::string_view::npos || (!equalsIgnoreCase(scheme, "http") && !equalsIgnoreCase(scheme, "https"))) {
    return bad("the request target is neither a path nor an http URI");
  }
  const auto rest = text.substr(mark + 3);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  Target target{.form = Target::Form::absolute, .authority = rest.substr(0, end), .path = {}, .query = {}};
  if (!isHost(target.authority)) return bad("the authority of the request target is no host");
  splitQuery(rest.substr(end), target);
  // RFC 9112, 3.2.4: an OPTIONS for the bare authority is meant for the server as a whole.
  if (target.path.empty()) target.path = method == "OPTIONS" && end == rest.size() ? "*" : "/";
  return target;
}

}  // namespace

bool isHost(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  if (host.front() == '[') {
    const auto close = host.find(']');
    if (close == std::string_view::npos || !isIpv6(host.substr(1, close - 1))) return false;
    const auto rest = host.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && isPort(rest.substr(1)));
  }
  const auto colon = host.find(':');
  const auto name = host.substr(0, colon);
  if (name.empty() || !allIn(kNameChars, name) || !percentsWellFormed(name)) return false;
  return colon == std::string_view::npos || isPort(host.substr(colon + 1));
}

Result<Target> parseTarget(std::string_view method, std::string_view text) {
  if (text.empty()) return bad("the request target is missing");
  if (text.find('#') != std::string_view::npos) return bad("a fragment in the request target");
  if (!allIn(kTargetChars, text)) return bad("a byte outside RFC 3986 in the request target");
  Target target;
  if (text == "*") {
    if (method != "OPTIONS") return bad("the target * belongs to OPTIONS alone");
    target.form = Target::Form::asterisk;
    target.path = text;
    return target;
  }
  if (text.front() == '/') {
    splitQuery(text, target);
  } else {
    auto absolute = parseAbsolute(method, text);
    if (!absolute) return absolute;
    target = *absolute;
  }
  if (!percentsWellFormed(target.path)) return bad("a broken percent-encoding or %00 in the path");
  return target;
}

}  // namespace bridge::http
