#include "http/h1_rules.h"

#include <algorithm>
#include <limits>
#include <string>

#include "http/syntax.h"
#include "http/target.h"

namespace bridge::http {
namespace {

constexpr std::size_t kMaxMethod = 32;
// Lengths travel in signed numbers elsewhere (off_t, PHP's int).
constexpr auto kMaxLength = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

Error bad(std::string_view detail) { return {ErrorCode::BadRequest, std::string(detail)}; }

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// HTTP-version is case-sensitive and has one digit on each side (RFC 9112, 2.3).
Result<void> checkVersion(std::string_view version) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !isDigit(version[5]) || version[6] != '.' ||
      !isDigit(version[7])) {
    return bad("the start line has no valid HTTP version");
  }
  if (version[5] != '1' || version[7] > '1') {
    return Error{ErrorCode::VersionNotSupported, "HTTP/" + std::string(version.substr(5))};
  }
  return {};
}

/// A method that is a token, but none we serve.
Result<void> checkMethod(std::string_view method) {
  if (method == "CONNECT" || method == "TRACE") return Error{ErrorCode::MethodNotAllowed, std::string(method)};
  // RFC 9112, 3: longer than any method known. RFC 9110, 9.1: methods are case-sensitive, and `get` is not GET; PHP
  // applications would fold it.
  if (method.size() > kMaxMethod) return Error{ErrorCode::NotImplemented, "a method of more than 32 bytes"};
  if (std::ranges::any_of(method, [](char c) { return c >= 'a' && c <= 'z'; })) {
    return Error{ErrorCode::NotImplemented, "a method in lower case"};
  }
  return {};
}

struct Framing {
  std::optional<std::uint64_t> contentLength;
  bool chunked = false;
};

/// RFC 9112, 6.1 to 6.3, without its allowances for the broken.
Result<Framing> framingOf(const Headers& headers, Version version) {
  Framing framing;
  const auto codings = headers.count("Transfer-Encoding");
  const auto lengths = headers.count("Content-Length");
  if (codings > 0) {
    if (version == Version::http10) return bad("Transfer-Encoding in HTTP/1.0");
    if (lengths > 0) return bad("Content-Length beside Transfer-Encoding");
    if (codings > 1 || !equalsIgnoreCase(*headers.find("Transfer-Encoding"), "chunked")) {
      return Error{ErrorCode::NotImplemented, "a Transfer-Encoding other than chunked"};
    }
    framing.chunked = true;
  }
  if (lengths > 1) return bad("Content-Length twice");
  if (lengths == 1) {
    framing.contentLength = parseDecimal(*headers.find("Content-Length"));
    if (!framing.contentLength || *framing.contentLength > kMaxLength) return bad("Content-Length is no valid number");
  }
  return framing;
}

bool keepAliveOf(const Headers& headers, Version version) {
  if (headers.lists("Connection", "close")) return false;
  return version == Version::http11 || headers.lists("Connection", "keep-alive");
}

/// RFC 9112, 3.2: exactly one Host, HTTP/1.0 at most one; an empty one names no http resource.
Result<void> applyHost(RequestHead& head, const Target& target) {
  const auto count = head.headers.count("Host");
  if (count > 1) return bad("Host twice");
  if (count == 0 && head.version == Version::http11) return bad("Host is missing");
  if (count == 1) {
    const auto host = *head.headers.find("Host");
    if (!isHost(host)) return bad("Host is no valid host");
    head.host = host;
  }
  if (target.form == Target::Form::absolute) {
    head.host = target.authority;
    head.headers.set("Host", head.host);
  }
  return {};
}

/// RFC 9110, 10.1.1. An HTTP/1.0 client cannot expect anything.
Result<void> applyExpect(RequestHead& head) {
  if (head.version == Version::http10) return {};
  for (const auto& field : head.headers) {
    if (!equalsIgnoreCase(field.name, "Expect") || field.value.empty()) continue;
    if (!equalsIgnoreCase(field.value, "100-continue")) {
      return Error{ErrorCode::ExpectationFailed, "an Expect other than 100-continue"};
    }
    head.expectContinue = head.hasBody();
  }
  return {};
}

}  // namespace

Result<void> checkRequestLine(std::string_view line) {
  const auto first = line.find(' ');
  if (!isToken(line.substr(0, first))) return bad("the method is no token");
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return bad("the request line is not method, target and version");
  const auto method = line.substr(0, first);
  if (const auto version = checkVersion(line.substr(second + 1)); !version) return version;
  if (const auto known = checkMethod(method); !known) return known;
  const auto target = parseTarget(method, line.substr(first + 1, second - first - 1));
  return target ? Result<void>() : Result<void>(target.error());
}

RequestHead parseStartLine(std::string_view line) {
  RequestHead head;
  const auto blank = line.find(' ');
  if (const auto method = line.substr(0, blank); method.size() <= kMaxMethod && isToken(method)) head.method = method;
  if (blank != std::string_view::npos) {
    line.remove_prefix(blank + 1);
    head.target = line.substr(0, line.find(' '));
    head.path = line.substr(0, line.find_first_of(" ?"));
  }
  return head;
}

Result<void> checkStatusLine(std::string_view line) { return checkVersion(line.substr(0, line.find(' '))); }

Result<void> applyRequestRules(RequestHead& head) {
  const auto target = parseTarget(head.method, head.target);
  if (!target) return target.error();
  head.path = target->path;
  head.query = target->query;
  if (const auto host = applyHost(head, *target); !host) return host;
  const auto framing = framingOf(head.headers, head.version);
  if (!framing) return framing.error();
  head.contentLength = framing->contentLength;
  head.chunked = framing->chunked;
  head.keepAlive = keepAliveOf(head.headers, head.version);
  return applyExpect(head);
}

Result<ResponseFraming> responseFraming(const ResponseHead& head, Version version, bool noBody) {
  if (head.status < 100) return bad("a status below 100");
  const auto framing = framingOf(head.headers, version);
  if (!framing) return framing.error();
  ResponseFraming result{.version = version,
                         .contentLength = framing->contentLength,
                         .chunked = framing->chunked,
                         .hasBody = false,
                         .untilClose = false,
                         .keepAlive = keepAliveOf(head.headers, version)};
  if (noBody || head.status / 100 == 1 || head.status == 204 || head.status == 304) return result;
  result.untilClose = !result.chunked && !result.contentLength;
  result.hasBody = result.contentLength.value_or(1) > 0;
  if (result.untilClose) result.keepAlive = false;
  return result;
}

}  // namespace bridge::http
