#include "server/filters/trusted_proxies.h"

#include <string>
#include <string_view>

#include "http/forwarded.h"
#include "http/syntax.h"

namespace bridge::server {
namespace {

int defaultPort(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

/// The port of "shop.test:8443" and "[::1]:8443", with its colon; empty where there is none.
std::string_view portOf(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  const bool has = colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
  return has ? host.substr(colon) : std::string_view();
}

/// Scheme, port and host as Laravel works them out of the same fields: a port of its own wins over that of the host,
/// and the usual port of the scheme is not written.
void applyPlace(http::Request& request, const http::Forwarded& told) {
  request.scheme = told.scheme.value_or(request.scheme);
  const std::string host = told.host.value_or(request.head.host);
  const auto suffix = portOf(host);
  const auto written = suffix.empty() ? std::nullopt : http::parseDecimal(suffix.substr(1));
  const int port = told.port ? *told.port : (written ? static_cast<int>(*written) : defaultPort(request.scheme));
  request.server.port = port;
  if (host.empty()) {
    return;
  }
  request.head.host = host.substr(0, host.size() - suffix.size());
  if (port != defaultPort(request.scheme)) {
    request.head.host += ':' + std::to_string(port);
  }
  request.head.headers.set("Host", request.head.host);
}

/// A node of Forwarded; IPv6 addresses stand in quotes and brackets (RFC 7239, 6).
std::string nodeOf(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "\"[" + address + "]\"";
}

void replace(http::Headers& headers, std::string_view name, bool told, const std::string& value) {
  if (!told) {
    headers.remove(name);
  } else if (headers.has(name)) {
    headers.set(name, value);
  }
}

/// Only fields that were there stay, and only what was found.
void rewrite(http::Request& request, const http::Forwarded& told) {
  auto& headers = request.head.headers;
  const bool known = !request.client.address.starts_with("unix:");
  if (told.by == http::ForwardedBy::forwarded) {
    auto value = known ? "for=" + nodeOf(request.client.address) : std::string("for=unknown");
    if (told.scheme) {
      value += ";proto=" + request.scheme;
    }
    if (told.host) {
      value += ";host=\"" + request.head.host + '"';
    }
    headers.set("Forwarded", std::move(value));
    return;
  }
  headers.remove("Forwarded");
  replace(headers, "X-Forwarded-For", known, request.client.address);
  replace(headers, "X-Forwarded-Proto", told.scheme.has_value(), request.scheme);
  replace(headers, "X-Forwarded-Host", told.host.has_value(), request.head.host);
  replace(headers, "X-Forwarded-Port", told.port.has_value(), std::to_string(request.server.port));
}

}  // namespace

std::optional<Reply> TrustedProxies::onRequest(http::Request& request) {
  if (!trusted_.contain(request.client.address)) {
    return std::nullopt;
  }
  const auto told = http::resolveForwarded(request.head.headers, request.client, trusted_);
  if (told.by == http::ForwardedBy::nobody) {
    return std::nullopt;
  }
  request.client = told.client;
  if (told.scheme || told.host || told.port) {
    applyPlace(request, told);
  }
  rewrite(request, told);
  return std::nullopt;
}

}  // namespace bridge::server
