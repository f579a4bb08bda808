#include "upstreams/tunnel_cors.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace bridge::upstreams {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    text.append(text.empty() ? "" : ", ").append(name);
  }
  return text;
}

}  // namespace

TunnelCors::TunnelCors(const config::Settings& settings, std::vector<config::Problem>& problems) : settings_(settings) {
  if (settings.tunnelCorsPattern.empty()) {
    return;
  }
  auto compiled = config::JsonPattern::compile(settings.tunnelCorsPattern);
  if (compiled.ok()) {
    pattern_ = std::move(compiled).value();
  } else {
    broken_ = true;
    problems.push_back({"TUNNEL_CORS_PATTERN", settings.tunnelCorsPattern, compiled.error().detail});
  }
}

void TunnelCors::addOrigin(http::Headers& answer, const http::Headers& asked) const {
  const auto& origins = settings_.tunnelCorsOrigin;
  const bool listed = pattern_ == nullptr && !broken_;
  if (listed && origins.size() == 1 && (origins.front() != "*" || !settings_.tunnelCorsCredentials)) {
    answer.add("Access-Control-Allow-Origin", origins.front());
    return;
  }
  if (settings_.tunnelCorsVary) {
    answer.add("Vary", "Origin");
  }
  const auto origin = asked.find("Origin");
  // An origin is ASCII (RFC 6454, 6.2); the pattern takes nothing else.
  if (!origin || std::ranges::any_of(*origin, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return;
  }
  const bool allowed = listed
                           ? std::ranges::find(origins, *origin) != origins.end()
                           : pattern_ != nullptr && pattern_->match(*origin) == config::JsonPattern::Outcome::matches;
  if (allowed) {
    answer.add("Access-Control-Allow-Origin", std::string(*origin));
  }
}

void TunnelCors::addTo(http::Headers& answer, const http::Headers& asked) const {
  addOrigin(answer, asked);
  if (settings_.tunnelCorsCredentials) {
    answer.add("Access-Control-Allow-Credentials", "true");
  }
  if (!settings_.tunnelCorsExposed.empty()) {
    answer.add("Access-Control-Expose-Headers", joined(settings_.tunnelCorsExposed));
  }
}

void TunnelCors::addToPreflight(http::Headers& answer, const http::Headers& asked) const {
  addOrigin(answer, asked);
  answer.add("Access-Control-Allow-Methods", joined(settings_.tunnelCorsMethods));
  if (!settings_.tunnelCorsHeaders.empty()) {
    answer.add("Access-Control-Allow-Headers", joined(settings_.tunnelCorsHeaders));
  } else if (const auto names = asked.find("Access-Control-Request-Headers")) {
    answer.add("Access-Control-Allow-Headers", std::string(*names));
  }
  if (settings_.tunnelCorsCredentials) {
    answer.add("Access-Control-Allow-Credentials", "true");
  }
  if (settings_.tunnelCorsMaxAge > 0) {
    answer.add("Access-Control-Max-Age", std::to_string(settings_.tunnelCorsMaxAge));
  }
}

}  // namespace bridge::upstreams
