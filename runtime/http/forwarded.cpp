#include "http/forwarded.h"

#include <algorithm>
#include <utility>

#include "http/syntax.h"
#include "http/target.h"

namespace bridge::http {
namespace {

/// The values of a list in all fields of that name, in order.
std::vector<std::string_view> listOf(const Headers& headers, std::string_view field) {
  std::vector<std::string_view> values;
  for (const auto& [name, value] : headers) {
    if (!equalsIgnoreCase(name, field)) continue;
    std::string_view rest = value;
    while (true) {
      const auto comma = rest.find(',');
      values.push_back(trimBlanks(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return values;
}

/// The entry of a hop; the proxies before a single one have left it as it was.
std::string_view ofHop(const std::vector<std::string_view>& values, std::size_t hop) {
  if (values.empty()) return {};
  return values.size() > hop ? values[values.size() - 1 - hop] : values.front();
}

/// As Laravel takes it: what is not secure is plain.
std::optional<std::string> schemeOf(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (const std::string_view secure : {"https", "on", "ssl", "1"}) {
    if (equalsIgnoreCase(text, secure)) return "https";
  }
  return "http";
}

std::optional<std::string> hostOf(std::string_view text) {
  return !text.empty() && isHost(text) ? std::optional<std::string>(text) : std::nullopt;
}

std::optional<int> portOf(std::string_view text) {
  const auto port = text.size() <= 5 ? parseDecimal(text) : std::nullopt;
  return port && *port >= 1 && *port <= 65535 ? std::optional<int>(static_cast<int>(*port)) : std::nullopt;
}

/// Goes from the right through the addresses that the hops have seen, and gives the hop at which it ended.
template <class Nodes>
std::size_t walk(const Nodes& nodes, const Networks& trusted, Endpoint& client) {
  std::size_t hop = 0;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const auto node = parseEndpoint(nodes[i]);
    // "unknown", an obfuscated name or nonsense: behind it nobody can be believed.
    if (!node) break;
    client = *node;
    hop = nodes.size() - 1 - i;
    if (!trusted.contain(node->address)) break;
  }
  return hop;
}

Forwarded resolveXForwarded(const Headers& headers, const Endpoint& peer, const Networks& trusted) {
  Forwarded result{.by = ForwardedBy::xForwarded, .client = peer, .scheme = {}, .host = {}, .port = {}};
  const auto hop = walk(listOf(headers, "X-Forwarded-For"), trusted, result.client);
  result.scheme = schemeOf(ofHop(listOf(headers, "X-Forwarded-Proto"), hop));
  result.host = hostOf(ofHop(listOf(headers, "X-Forwarded-Host"), hop));
  result.port = portOf(ofHop(listOf(headers, "X-Forwarded-Port"), hop));
  return result;
}

Forwarded resolveStandard(const Headers& headers, const Endpoint& peer, const Networks& trusted) {
  std::vector<ForwardedElement> elements;
  for (const auto& [name, value] : headers) {
    if (!equalsIgnoreCase(name, "Forwarded")) continue;
    auto parsed = parseForwarded(value);
    if (!parsed) {
      // What stands before it came from further away.
      elements.clear();
      continue;
    }
    std::ranges::move(*parsed, std::back_inserter(elements));
  }
  Forwarded result{.by = ForwardedBy::forwarded, .client = peer, .scheme = {}, .host = {}, .port = {}};
  if (elements.empty()) return result;
  std::vector<std::string_view> nodes;
  for (const auto& element : elements) nodes.emplace_back(element.node);
  const auto& chosen = elements[elements.size() - 1 - walk(nodes, trusted, result.client)];
  result.scheme = schemeOf(chosen.scheme);
  result.host = hostOf(chosen.host);
  return result;
}

/// A token or a quoted string, unquoted; takes it off the text.
std::optional<std::string> takeValue(std::string_view& text) {
  if (!text.starts_with('"')) {
    // Beyond a token, since many proxies write addresses and hosts with ports without the quotes that they need.
    const auto end = std::min(text.size(), text.find_first_of(";, \t\""));
    if (end == 0) return std::nullopt;
    std::string value(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && ++i == text.size()) break;
    value += text[i];
  }
  return std::nullopt;
}

void skipBlanks(std::string_view& text) { text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t"))); }

}  // namespace

std::optional<std::vector<ForwardedElement>> parseForwarded(std::string_view field) {
  std::vector<ForwardedElement> elements(1);
  while (true) {
    skipBlanks(field);
    if (!field.empty() && field.front() != ',' && field.front() != ';') {
      const auto equals = field.find('=');
      if (equals == std::string_view::npos || !isToken(field.substr(0, equals))) return std::nullopt;
      const auto name = field.substr(0, equals);
      field.remove_prefix(equals + 1);
      auto value = takeValue(field);
      if (!value) return std::nullopt;
      auto& element = elements.back();
      if (equalsIgnoreCase(name, "for")) element.node = std::move(*value);
      if (equalsIgnoreCase(name, "proto")) element.scheme = std::move(*value);
      if (equalsIgnoreCase(name, "host")) element.host = std::move(*value);
      skipBlanks(field);
    }
    if (field.empty()) return elements;
    if (field.front() == ',') {
      elements.emplace_back();
    } else if (field.front() != ';') {
      return std::nullopt;
    }
    field.remove_prefix(1);
  }
}

Forwarded resolveForwarded(const Headers& headers, const Endpoint& peer, const Networks& trusted) {
  for (const std::string_view field :
       {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"}) {
    if (headers.has(field)) return resolveXForwarded(headers, peer, trusted);
  }
  if (headers.has("Forwarded")) return resolveStandard(headers, peer, trusted);
  return {.by = ForwardedBy::nobody, .client = peer, .scheme = {}, .host = {}, .port = {}};
}

}  // namespace bridge::http
