#include "config/route_rules.h"

#include <algorithm>
#include <utility>

#include "config/text.h"

namespace bridge::config {
namespace {

constexpr std::string_view kTimeoutLimits = "0.1..86400";
constexpr std::string_view kWorkersLimits = "1..10000";

/// The parts between separators, trimmed, without the empty ones.
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    const auto part = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!part.empty()) {
      parts.push_back(part);
    }
  }
  return parts;
}

bool isName(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Takes one `name=value` into the rule; says what is wrong with it.
std::optional<std::string> take(RouteRule& rule, std::string_view word) {
  const auto equals = std::min(word.find('='), word.size());
  const auto name = word.substr(0, equals);
  const auto value = word.substr(std::min(equals + 1, word.size()));
  const auto wanted = [&](const std::string& what) { return std::string(word) + ": is not " + what; };
  if (name == "timeout") {
    rule.timeout = kind::Time::parse(value, kTimeoutLimits);
    return rule.timeout ? std::nullopt : std::optional(wanted(kind::Time::wanted(kTimeoutLimits)));
  }
  if (name == "isolation") {
    rule.isolation = kind::Isolation::parse(value, "");
    return rule.isolation && rule.isolation != WorkerIsolation::boot ? std::nullopt
                                                                     : std::optional(wanted("one of: worker, request"));
  }
  if (name == "lane") {
    rule.lane = value;
    return isName(value) ? std::nullopt : std::optional(wanted("a name of letters, digits, - and _"));
  }
  return std::string(word) + ": known are timeout=SECONDS, isolation=worker|request and lane=NAME";
}

}  // namespace

Rules<RouteRule> parseRoutes(std::string_view text) {
  Rules<RouteRule> result;
  for (const auto part : split(text, ";\n")) {
    const auto words = split(part, kBlanks);
    auto pattern = routes::Pattern::parse(words.front());
    std::vector<std::string> wrong;
    if (!pattern.ok()) {
      wrong.push_back(pattern.error().detail);
    }
    RouteRule rule{.pattern = pattern.ok() ? *pattern : routes::Pattern::parse("/").value(),
                   .timeout = {},
                   .isolation = {},
                   .lane = {}};
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (auto problem = take(rule, words[i])) {
        wrong.push_back(std::move(*problem));
      }
    }
    if (words.size() == 1) {
      wrong.emplace_back("says nothing of its pattern; add timeout=, isolation= or lane=");
    }
    if (wrong.empty() && std::ranges::any_of(result.rules, [&](const RouteRule& other) {
          return other.pattern.text() == rule.pattern.text();
        })) {
      wrong.emplace_back("the pattern has a rule already");
    }
    for (auto& message : wrong) {
      result.problems.push_back({std::string(part), std::move(message)});
    }
    if (wrong.empty()) {
      result.rules.push_back(std::move(rule));
    }
  }
  return result;
}

Rules<LaneRule> parseLanes(std::string_view text) {
  Rules<LaneRule> result;
  for (const auto part : split(text, ",;\n")) {
    const auto equals = std::min(part.find('='), part.size());
    const auto name = part.substr(0, equals);
    const auto workers = kind::Int::parse(part.substr(std::min(equals + 1, part.size())), kWorkersLimits);
    if (!isName(name) || !workers) {
      result.problems.push_back({std::string(part), "is not NAME=WORKERS such as reports=2"});
    } else if (std::ranges::any_of(result.rules, [&](const LaneRule& other) { return other.name == name; })) {
      result.problems.push_back({std::string(part), "the lane is named twice"});
    } else {
      result.rules.push_back({std::string(name), static_cast<std::size_t>(*workers)});
    }
  }
  return result;
}

}  // namespace bridge::config
