#include "http/conditions.h"

#include <algorithm>
#include <optional>

#include "http/date.h"

namespace bridge::http {
namespace {

constexpr std::string_view kWeak = "W/";

enum class Comparison { strong, weak };

bool isWeak(std::string_view tag) { return tag.starts_with(kWeak); }

bool sameTag(std::string_view a, std::string_view b, Comparison comparison) {
  if (comparison == Comparison::strong) return !isWeak(a) && a == b;
  if (isWeak(a)) a.remove_prefix(kWeak.size());
  if (isWeak(b)) b.remove_prefix(kWeak.size());
  return a == b;
}

/// Takes the next entity tag off a list; nothing at its end, and where it goes on with something else.
std::optional<std::string_view> takeTag(std::string_view& list) {
  list.remove_prefix(std::min(list.size(), list.find_first_not_of(" \t,")));
  const std::size_t open = isWeak(list) ? kWeak.size() : 0;
  if (list.size() <= open || list[open] != '"') return std::nullopt;
  const auto close = list.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  const auto tag = list.substr(0, close + 1);
  list.remove_prefix(close + 1);
  return tag;
}

/// Whether a list names the tag. `*` names every representation that there is.
bool names(const Headers& headers, std::string_view field, std::string_view etag, Comparison comparison) {
  for (const auto& [name, value] : headers) {
    if (!equalsIgnoreCase(name, field)) continue;
    if (value == "*") return true;
    std::string_view list = value;
    while (const auto tag = takeTag(list)) {
      if (!etag.empty() && sameTag(*tag, etag, comparison)) return true;
    }
  }
  return false;
}

std::optional<std::int64_t> dateOf(const Headers& headers, std::string_view field, std::int64_t now) {
  const auto value = headers.find(field);
  return value ? parseDate(*value, now) : std::nullopt;
}

}  // namespace

Precondition checkPreconditions(std::string_view method, const Headers& headers, const Validators& validators,
                                std::int64_t now) {
  const bool dated = validators.modified >= 0;
  if (headers.has("If-Match")) {
    if (!names(headers, "If-Match", validators.etag, Comparison::strong)) return Precondition::failed;
  } else if (const auto date = dateOf(headers, "If-Unmodified-Since", now)) {
    if (dated && validators.modified > *date) return Precondition::failed;
  }
  const bool reads = method == "GET" || method == "HEAD";
  if (headers.has("If-None-Match")) {
    if (names(headers, "If-None-Match", validators.etag, Comparison::weak)) {
      return reads ? Precondition::notModified : Precondition::failed;
    }
  } else if (const auto since = reads ? dateOf(headers, "If-Modified-Since", now) : std::nullopt) {
    if (dated && validators.modified <= *since) return Precondition::notModified;
  }
  return Precondition::proceed;
}

bool rangeApplies(const Headers& headers, const Validators& validators, std::int64_t now) {
  const auto condition = headers.find("If-Range");
  if (!condition) return true;
  if (condition->starts_with('"') || isWeak(*condition)) {
    return sameTag(*condition, validators.etag, Comparison::strong);
  }
  const auto date = parseDate(*condition, now);
  return date && validators.modified == *date;
}

}  // namespace bridge::http
