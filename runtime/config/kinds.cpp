#include "config/kinds.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "config/text.h"

namespace bridge::config::kind {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

template <class T, std::size_t N>
std::optional<T> choose(std::string_view text, const std::array<std::pair<std::string_view, T>, N>& choices) {
  const auto name = lower(text);
  for (const auto& [choice, value] : choices) {
    if (choice == name) {
      return value;
    }
  }
  return std::nullopt;
}

std::string range(std::string_view what, std::string_view limits) {
  const auto dots = limits.find("..");
  return std::string(what) + " from " + std::string(limits.substr(0, dots)) + " to " +
         std::string(limits.substr(dots + 2));
}

using IsolationName = std::pair<std::string_view, WorkerIsolation>;
constexpr std::array kIsolations{IsolationName{"worker", WorkerIsolation::worker},
                                 IsolationName{"request", WorkerIsolation::request},
                                 IsolationName{"boot", WorkerIsolation::boot}};

}  // namespace

std::string Int::wanted(std::string_view limits) { return range("a whole number", limits); }
std::string Entries::wanted(std::string_view limits) { return range("a whole number", limits) + ", on or off"; }
std::string Size::wanted(std::string_view limits) { return range("a size", limits) + " (bytes, or with K, M, G, T)"; }
std::string Time::wanted(std::string_view limits) { return range("a number of seconds", limits); }

std::optional<bool> Flag::parse(std::string_view text, std::string_view /*limits*/) {
  using Choice = std::pair<std::string_view, bool>;
  static constexpr std::array kChoices{Choice{"on", true},      Choice{"true", true}, Choice{"yes", true},
                                       Choice{"1", true},       Choice{"off", false}, Choice{"false", false},
                                       Choice{"no", false},     Choice{"0", false},   Choice{"(true)", true},
                                       Choice{"(false)", false}};
  return choose(text, kChoices);
}
std::string Flag::wanted(std::string_view /*limits*/) { return "one of: on, off"; }

std::optional<bool> Truthy::parse(std::string_view text, std::string_view /*limits*/) {
  using Choice = std::pair<std::string_view, bool>;
  static constexpr std::array kFalse{Choice{"", false},        Choice{"0", false},      Choice{"false", false},
                                     Choice{"(false)", false}, Choice{"null", false},   Choice{"(null)", false},
                                     Choice{"empty", false},   Choice{"(empty)", false}};
  return choose(text, kFalse).value_or(true);
}
std::string Truthy::wanted(std::string_view /*limits*/) { return "one of: true, false"; }

std::optional<std::string> Text::parse(std::string_view text, std::string_view /*limits*/) { return std::string(text); }
std::string Text::wanted(std::string_view /*limits*/) { return ""; }

std::optional<std::string> Mount::parse(std::string_view text, std::string_view /*limits*/) {
  if (text.empty() || text == "off") {
    return "";
  }
  if (text.front() != '/' || text.find_first_of("*{}?# ") != std::string_view::npos ||
      text.find("//") != std::string_view::npos) {
    return std::nullopt;
  }
  if (text.size() > 1 && text.ends_with('/')) {
    text.remove_suffix(1);
  }
  return std::string(text);
}
std::string Mount::wanted(std::string_view /*limits*/) { return "a path that begins with a slash, such as /channels"; }

std::optional<Endpoint> HostPort::parse(std::string_view text, std::string_view /*limits*/) {
  if (text.empty()) {
    return Endpoint();
  }
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : Int::parse(text.substr(colon + 1), "0..65535");
  auto host = text.substr(0, std::min(colon, text.size()));
  const bool bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  if (!port || host.empty() || (!bracketed && host.find_first_of(":[]") != std::string_view::npos)) {
    return std::nullopt;
  }
  return Endpoint{std::string(host), *port};
}
std::string HostPort::wanted(std::string_view /*limits*/) { return "a host and a port such as 127.0.0.1:9090"; }

std::optional<std::vector<std::string>> List::parse(std::string_view text, std::string_view /*limits*/) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (const auto item = trimmed(text.substr(0, comma)); !item.empty()) {
      items.emplace_back(item);
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}
std::string List::wanted(std::string_view /*limits*/) { return ""; }

std::optional<std::vector<std::string>> Networks::parse(std::string_view text, std::string_view /*limits*/) {
  auto items = List::parse(text, "");
  for (const auto& item : *items) {
    if (item == "unix:") {
      continue;
    }
    const auto slash = item.find('/');
    const auto address = item.substr(0, slash);
    in6_addr bytes;
    const int most = ::inet_pton(AF_INET, address.c_str(), &bytes) == 1    ? 32
                     : ::inet_pton(AF_INET6, address.c_str(), &bytes) == 1 ? 128
                                                                           : -1;
    const auto bits = slash == std::string::npos ? std::optional<std::int64_t>(0) : Int::read(item.substr(slash + 1));
    if (most < 0 || !bits || *bits > most) {
      return std::nullopt;
    }
  }
  return items;
}
std::string Networks::wanted(std::string_view /*limits*/) {
  return "addresses, networks such as 10.0.0.0/8, and unix:, separated by commas";
}

std::optional<std::vector<std::string>> Words::parse(std::string_view text, std::string_view /*limits*/) {
  std::vector<std::string> words;
  bool inWord = false;
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && kBlanks.find(c) != std::string_view::npos) {
      inWord = false;
      continue;
    }
    if (!inWord) {
      words.emplace_back();
      inWord = true;
    }
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? '\0' : c;
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) {
    return std::nullopt;
  }
  return words;
}
std::string Words::wanted(std::string_view /*limits*/) { return "words, with every quote closed"; }

std::optional<unsigned> Mode::parse(std::string_view text, std::string_view /*limits*/) {
  unsigned mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') {
      return std::nullopt;
    }
    mode = mode * 8 + static_cast<unsigned>(c - '0');
  }
  const bool sized = text.size() == 3 || (text.size() == 4 && text[0] == '0');
  return sized ? std::optional(mode) : std::nullopt;
}
std::string Mode::wanted(std::string_view /*limits*/) { return "file permissions in octal, such as 0600"; }

std::optional<std::string> PhpSize::parse(std::string_view text, std::string_view /*limits*/) {
  if (text.empty() || text == "-1") {
    return std::string(text);
  }
  auto digits = text;
  if (std::string_view("KMGkmg").find(digits.back()) != std::string_view::npos) {
    digits.remove_suffix(1);
  }
  return Int::read(digits) ? std::optional(std::string(text)) : std::nullopt;
}
std::string PhpSize::wanted(std::string_view /*limits*/) { return "a size such as 128M, or -1"; }

std::optional<Level> LevelName::parse(std::string_view text, std::string_view /*limits*/) {
  using Choice = std::pair<std::string_view, Level>;
  static constexpr std::array kChoices{Choice{"trace", Level::trace}, Choice{"debug", Level::debug},
                                       Choice{"info", Level::info},   Choice{"notice", Level::info},
                                       Choice{"warn", Level::warn},   Choice{"warning", Level::warn},
                                       Choice{"error", Level::error}, Choice{"critical", Level::error},
                                       Choice{"alert", Level::error}, Choice{"emergency", Level::error}};
  return choose(text, kChoices);
}
std::string LevelName::wanted(std::string_view /*limits*/) { return "one of: trace, debug, info, warn, error"; }

std::optional<log::Format> FormatName::parse(std::string_view text, std::string_view /*limits*/) {
  using Choice = std::pair<std::string_view, log::Format>;
  static constexpr std::array kChoices{Choice{"text", log::Format::text}, Choice{"json", log::Format::json}};
  return choose(text, kChoices);
}
std::string FormatName::wanted(std::string_view /*limits*/) { return "one of: text, json"; }

std::optional<WorkerIsolation> Isolation::parse(std::string_view text, std::string_view /*limits*/) {
  return choose(text, kIsolations);
}
std::string Isolation::wanted(std::string_view /*limits*/) { return "one of: worker, request, boot"; }
std::string_view Isolation::name(WorkerIsolation isolation) {
  return std::ranges::find(kIsolations, isolation, &IsolationName::second)->first;
}

std::optional<TunnelErrors> TunnelErrorsName::parse(std::string_view text, std::string_view /*limits*/) {
  using Choice = std::pair<std::string_view, TunnelErrors>;
  static constexpr std::array kChoices{Choice{"policy", TunnelErrors::policy}, Choice{"runner", TunnelErrors::runner}};
  return choose(text, kChoices);
}
std::string TunnelErrorsName::wanted(std::string_view /*limits*/) { return "one of: policy, runner"; }

}  // namespace bridge::config::kind
