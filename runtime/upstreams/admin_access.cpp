#include "upstreams/admin_access.h"

#include <algorithm>
#include <array>

#include "base/base64.h"

namespace bridge::upstreams {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kMisdirected = 421;

/// What follows the scheme of an Authorization field, where it is that scheme.
std::optional<std::string_view> credentials(std::string_view field, std::string_view scheme) {
  if (field.size() <= scheme.size() || field[scheme.size()] != ' ' ||
      !http::equalsIgnoreCase(field.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  field.remove_prefix(scheme.size());
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  return field;
}

bool hasToken(const http::Headers& headers, std::string_view token) {
  const auto field = headers.find("Authorization").value_or("");
  if (const auto bearer = credentials(field, "Bearer")) {
    return sameSecret(*bearer, token);
  }
  if (const auto basic = credentials(field, "Basic")) {
    const auto pair = base64Decode(*basic).value_or("");
    const auto colon = pair.find(':');
    return colon != std::string::npos && sameSecret(std::string_view(pair).substr(colon + 1), token);
  }
  return false;
}

/// An address, or localhost: no name that somebody else's name server could have given.
bool isPlainHost(std::string_view host) {
  const auto name = host.substr(0, host.find(':'));
  return host.empty() || host.front() == '[' || http::equalsIgnoreCase(name, "localhost") ||
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool fromWebPage(const http::Headers& headers) {
  if (headers.has("Origin")) {
    return true;
  }
  const auto site = headers.find("Sec-Fetch-Site");
  return site && *site != "none";
}

}  // namespace

bool sameSecret(std::string_view given, std::string_view secret) {
  if (given.size() != secret.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(secret[i]);
  }
  // The compiler may not stop early where the value could be seen from outside.
  const volatile unsigned result = difference;
  return result == 0;
}

std::optional<int> refusal(const AdminAccess& access, const http::RequestHead& request) {
  if (!access.overTcp) {
    return std::nullopt;
  }
  if (!access.token.empty()) {
    if (!hasToken(request.headers, access.token)) {
      return kUnauthorized;
    }
  } else if (!isPlainHost(request.host)) {
    return kMisdirected;
  }
  if (request.method != "GET" && request.method != "HEAD" && fromWebPage(request.headers)) {
    return kForbidden;
  }
  return std::nullopt;
}

}  // namespace bridge::upstreams
