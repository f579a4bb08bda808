#include "http/accept.h"

#include <string>

#include "http/syntax.h"

namespace bridge::http {
namespace {

/// The `q` of one element in thousandths; 1000 where it has none, 0 where it is malformed (RFC 9110, 12.4.2).
int qualityOf(std::string_view element) {
  for (auto at = element.find(';'); at != std::string_view::npos; at = element.find(';', at + 1)) {
    const auto parameter = trimBlanks(element.substr(at + 1, element.find(';', at + 1) - at - 1));
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') continue;
    auto digits = parameter.substr(2);
    if (digits.size() > 5 || (digits[0] != '0' && digits[0] != '1') || (digits.size() > 1 && digits[1] != '.'))
      return 0;
    int quality = (digits[0] - '0') * 1000;
    int weight = 100;
    digits.remove_prefix(digits.size() > 1 ? 2 : 1);
    for (const char c : digits) {
      if (c < '0' || c > '9') return 0;
      quality += (c - '0') * weight;
      weight /= 10;
    }
    return quality > 1000 ? 0 : quality;
  }
  return 1000;
}

/// The first media range of the highest quality, in lower case and without parameters; empty where nothing is accepted
/// explicitly. Symfony's AcceptHeader sorts in the same way.
std::string preferred(std::string_view accept) {
  std::string_view best;
  int bestQuality = 0;
  while (!accept.empty()) {
    const auto comma = accept.find(',');
    const auto element = accept.substr(0, comma);
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
    const auto type = trimBlanks(element.substr(0, element.find(';')));
    const auto quality = qualityOf(element);
    if (!type.empty() && quality > bestQuality) {
      best = type;
      bestQuality = quality;
    }
  }
  std::string lower(best);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

/// What Accept-Encoding says of a coding: by its name, else by `*`, else nothing.
std::optional<int> codingQuality(const Headers& headers, std::string_view coding) {
  std::optional<int> any;
  for (const auto& [name, value] : headers) {
    if (!equalsIgnoreCase(name, "Accept-Encoding")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const auto element = rest.substr(0, comma);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      auto named = trimBlanks(element.substr(0, element.find(';')));
      // The old name of gzip (RFC 9110, 8.4.1.3).
      if (equalsIgnoreCase(named, "x-gzip")) named.remove_prefix(2);
      if (equalsIgnoreCase(named, coding)) return qualityOf(element);
      if (named == "*") any = qualityOf(element);
    }
  }
  return any;
}

}  // namespace

std::optional<std::size_t> preferredCoding(const Headers& headers, std::span<const std::string_view> available) {
  std::optional<std::size_t> best;
  // The plain form yields to any coding of the same weight; where nothing is said of it, to any that is accepted.
  int bestQuality = 0;
  for (std::size_t i = 0; i < available.size(); ++i) {
    const int quality = codingQuality(headers, available[i]).value_or(0);
    if (quality > bestQuality) {
      best = i;
      bestQuality = quality;
    }
  }
  return best && codingQuality(headers, "identity").value_or(0) <= bestQuality ? best : std::nullopt;
}

bool prefersJson(const Headers& headers) {
  const auto accept = headers.find("Accept");
  const auto type = preferred(accept.value_or(""));
  if (type.find("/json") != std::string::npos || type.find("+json") != std::string::npos) return true;
  const bool script = equalsIgnoreCase(headers.find("X-Requested-With").value_or(""), "XMLHttpRequest");
  const bool anything = type.empty() || type == "*/*" || type == "*";
  return script && anything && !headers.has("X-PJAX");
}

bool wantsPage(const Headers& headers) {
  auto accept = headers.find("Accept").value_or("");
  bool named = false;
  while (!accept.empty() && !named) {
    const auto comma = accept.find(',');
    const auto element = accept.substr(0, comma);
    accept.remove_prefix(comma == std::string_view::npos ? accept.size() : comma + 1);
    const auto type = trimBlanks(element.substr(0, element.find(';')));
    named = (equalsIgnoreCase(type, "text/html") || equalsIgnoreCase(type, "application/xhtml+xml")) &&
            qualityOf(element) > 0;
  }
  return named && !prefersJson(headers);
}

}  // namespace bridge::http
