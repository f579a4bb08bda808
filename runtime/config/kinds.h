#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/process_list.h"

namespace bridge::config {

enum class WorkerIsolation { worker, request, boot };
enum class TunnelErrors { policy, runner };

/// Where to listen. No host: nowhere.
struct Endpoint {
  std::string host;
  int port = 0;

  bool operator==(const Endpoint&) const = default;
};

/// The kinds of values in settings.def. Each says how its text is read: `parse(text, limits)` gives nothing where the
/// text is not of this kind or outside the limits, and `wanted(limits)` says what it should have been ("a whole number
/// from 0 to 65535"). `text` has no white space around it and is not empty, except for a default.
namespace kind {

/// What number kinds share: a constexpr reader of one unsigned number, which reads values, limits and defaults.
template <class Kind, class Number>
struct Ranged {
  static constexpr std::optional<Number> parse(std::string_view text, std::string_view limits) {
    const auto number = Kind::read(text);
    const auto dots = limits.find("..");
    if (!number || dots == std::string_view::npos) {
      return std::nullopt;
    }
    const auto least = Kind::read(limits.substr(0, dots));
    const auto most = Kind::read(limits.substr(dots + 2));
    if (!least || !most || *number < *least || *number > *most) {
      return std::nullopt;
    }
    return static_cast<Number>(*number);
  }
  static constexpr Number initial(std::string_view text) { return static_cast<Number>(Kind::read(text).value()); }
};

struct Int : Ranged<Int, int> {
  using Value = int;
  static constexpr std::optional<std::int64_t> read(std::string_view text) {
    if (text.empty() || text.size() > 12) {
      return std::nullopt;
    }
    std::int64_t number = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') {
        return std::nullopt;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }
  static std::string wanted(std::string_view limits);
};

/// How many of something that may be off: a number, or on for 1000 and off for none.
struct Entries : Ranged<Entries, int> {
  using Value = int;
  static constexpr std::optional<std::int64_t> read(std::string_view text) {
    constexpr std::int64_t kOn = 1000;
    if (text == "on" || text == "true" || text == "yes") {
      return kOn;
    }
    return text == "off" || text == "false" || text == "no" ? 0 : Int::read(text);
  }
  static std::string wanted(std::string_view limits);
};

/// Bytes: a whole number with an optional K, M, G or T (powers of 1024).
struct Size : Ranged<Size, std::uint64_t> {
  using Value = std::uint64_t;
  static constexpr std::optional<std::uint64_t> read(std::string_view text) {
    if (text.empty()) {
      return std::nullopt;
    }
    constexpr std::string_view kUpper = "KMGT";
    constexpr std::string_view kLower = "kmgt";
    auto power = kUpper.find(text.back());
    if (power == std::string_view::npos) {
      power = kLower.find(text.back());
    }
    const bool suffixed = power != std::string_view::npos;
    if (suffixed) {
      text.remove_suffix(1);
    }
    // The digits of 12 decimals and a T stay below 2^64 only up to 16777215 T.
    const auto number = Int::read(text);
    if (!number || (suffixed && *number > 16'777'215)) {
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(*number) << (suffixed ? 10 * (power + 1) : 0);
  }
  static std::string wanted(std::string_view limits);
};

/// Seconds with up to three decimals, kept as milliseconds.
struct Time : Ranged<Time, Millis> {
  using Value = Millis;
  static constexpr std::optional<Millis> read(std::string_view text) {
    const auto dot = text.find('.');
    const auto whole = Int::read(text.substr(0, dot));
    std::int64_t millis = 0;
    if (dot != std::string_view::npos) {
      const auto decimals = text.substr(dot + 1);
      const auto fraction = Int::read(decimals);
      if (!fraction || decimals.size() > 3) {
        return std::nullopt;
      }
      millis = *fraction * (decimals.size() == 1 ? 100 : decimals.size() == 2 ? 10 : 1);
    }
    if (!whole) {
      return std::nullopt;
    }
    return Millis(*whole * 1000 + millis);
  }
  static std::string wanted(std::string_view limits);
};

/// What kinds without limits share.
template <class Kind, class T>
struct Plain {
  using Value = T;
  static T initial(std::string_view text) { return Kind::parse(text, "").value(); }
};

/// on, true, yes, 1; off, false, no, 0.
struct Flag : Plain<Flag, bool> {
  static std::optional<bool> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// A switch of the application, read as Laravel's env() and PHP's (bool) read it; every text is one.
struct Truthy : Plain<Truthy, bool> {
  static std::optional<bool> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

struct Text : Plain<Text, std::string> {
  static std::optional<std::string> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// A file or folder; made absolute against the working directory when the settings are loaded.
struct Path : Text {};

/// A path as above, or `off`, which stays as it is.
struct OptionalPath : Text {};

/// A path at which something is mounted, kept without a slash at its end (but for `/` itself); empty or `off`: nowhere.
struct Mount : Plain<Mount, std::string> {
  static std::optional<std::string> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// host:port or [address]:port; nothing where the text is empty.
struct HostPort : Plain<HostPort, Endpoint> {
  static std::optional<Endpoint> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// A path where there is a slash in it, else a name that is searched in PATH.
struct Program : Text {};

/// Texts separated by commas, without white space around them.
struct List : Plain<List, std::vector<std::string>> {
  static std::optional<std::vector<std::string>> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// IPv4 and IPv6 addresses and networks (10.0.0.0/8), and `unix:`, separated by commas.
struct Networks : Plain<Networks, std::vector<std::string>> {
  static std::optional<std::vector<std::string>> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// Paths separated by commas.
struct PathList : List {};

/// Words separated by white space; quotes of both sorts keep a word together.
struct Words : Plain<Words, std::vector<std::string>> {
  static std::optional<std::vector<std::string>> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// Other programs of the application, see process_list.h. Every text is one: what is wrong with it is in the value.
struct Processes : Plain<Processes, ProcessList> {
  static std::optional<ProcessList> parse(std::string_view text, std::string_view) { return parseProcesses(text); }
  static std::string wanted(std::string_view) { return ""; }
};

/// File permissions, octal.
struct Mode : Plain<Mode, unsigned> {
  static std::optional<unsigned> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

/// A size as php.ini writes it: -1, or a number with an optional K, M or G. Kept as text, for PHP.
struct PhpSize : Plain<PhpSize, std::string> {
  static std::optional<std::string> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

struct LevelName : Plain<LevelName, Level> {
  static std::optional<Level> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

struct FormatName : Plain<FormatName, log::Format> {
  static std::optional<log::Format> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

struct Isolation : Plain<Isolation, WorkerIsolation> {
  static std::optional<WorkerIsolation> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
  static std::string_view name(WorkerIsolation isolation);
};

struct TunnelErrorsName : Plain<TunnelErrorsName, TunnelErrors> {
  static std::optional<TunnelErrors> parse(std::string_view text, std::string_view);
  static std::string wanted(std::string_view);
};

}  // namespace kind
}  // namespace bridge::config
