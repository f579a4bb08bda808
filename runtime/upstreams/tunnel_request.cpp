#include "upstreams/tunnel_request.h"

#include <algorithm>

#include "config/tunnel_config.h"
#include "wire/json.h"
#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

using Type = wire::TunnelJob::Type;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Bytes of a head are characters, one each.
std::string quotedBytes(std::string_view bytes) { return wire::jsonQuoted(wire::json::latin1ToUtf8(bytes)); }

}  // namespace

TunnelBody tunnelBodyOf(Type type, const http::RequestHead& head) {
  constexpr std::string_view kBytes = "application/octet-stream";
  const auto sent = type == Type::task ? head.headers.find("Content-Type") : std::nullopt;
  if (!sent) {
    return TunnelBody::json;
  }
  constexpr std::string_view kForm = "multipart/form-data";
  const auto same = [](char one, char other) {
    return one == other || (one >= 'A' && one <= 'Z' && one + 32 == other);
  };
  if (!std::ranges::search(*sent, kForm, same).empty()) {
    return TunnelBody::form;
  }
  const bool bytes = http::equalsIgnoreCase(sent->substr(0, kBytes.size()), kBytes) &&
                     (sent->size() == kBytes.size() || (*sent)[kBytes.size()] == ';');
  return bytes ? TunnelBody::bytes : TunnelBody::json;
}

Result<void> readTunnelJson(std::string_view body, wire::TunnelJob& job) {
  if (isBlank(body)) {
    return {};
  }
  const auto outline = wire::JsonOutline::of(body);
  if (!outline.ok()) {
    return outline.error();
  }
  const auto graph = outline->find("__graph");
  const auto member = outline->find(job.type == Type::task ? "input" : "payload");
  if (member && !(graph && wire::jsonTrue(*graph))) {
    job.value = *member;
  } else if (job.type == Type::task || graph) {
    job.value = body;
  }
  if (job.type == Type::event) {
    const auto asked = outline->find("returnPayload");
    job.returnPayload = asked && wire::jsonTrue(*asked);
  }
  return {};
}

std::string tunnelContext(const http::RequestHead& head, std::string_view tokenHeader) {
  std::string json =
      R"({"method":)" + quotedBytes(head.method) + R"(,"path":)" + quotedBytes(head.path) + R"(,"headers":{)";
  bool first = true;
  for (const auto& [name, value] : head.headers) {
    if (!http::equalsIgnoreCase(name, tokenHeader)) {
      json.append(first ? "" : ",").append(quotedBytes(lower(name))).append(":").append(quotedBytes(value));
      first = false;
    }
  }
  return json + R"(},"query":{}})";
}

std::string tunnelContexts(const http::RequestHead& head) {
  const auto sent = head.headers.find("x-runner-context");
  if (!sent) {
    return {};
  }
  auto text = wire::json::latin1ToUtf8(*sent);
  const auto outline = wire::JsonOutline::of(text);
  return outline.ok() && outline->isObject() ? text : std::string();
}

Duration tunnelTimeout(const config::Settings& settings, std::string_view id) {
  for (const auto& entry : settings.tunnelTimeouts) {
    if (const auto own = config::parseTaskTimeout(entry); own && own->first == id) {
      return own->second;
    }
  }
  return settings.tunnelTimeout;
}

}  // namespace bridge::upstreams
