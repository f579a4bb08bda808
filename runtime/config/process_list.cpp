#include "config/process_list.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/log.h"
#include "config/kinds.h"
#include "config/text.h"

namespace bridge::config {
namespace {

constexpr std::string_view kCount = "1..100";
constexpr std::string_view kTimeout = "0.1..86400";
constexpr std::size_t kMaxName = 40;

/// The parts between separators that stand outside of quotes.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (i == text.size() || (quote == 0 && (c == ';' || c == '\n'))) {
      if (const auto part = trimmed(text.substr(begin, i - begin)); !part.empty()) {
        parts.push_back(part);
      }
      begin = i + 1;
    } else if (quote == 0 ? c == '"' || c == '\'' : c == quote) {
      quote = quote == 0 ? c : '\0';
    }
  }
  return parts;
}

bool isName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
}

std::optional<int> signalNumber(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, int>, 7> kSignals{{{"TERM", SIGTERM},
                                                                             {"INT", SIGINT},
                                                                             {"QUIT", SIGQUIT},
                                                                             {"HUP", SIGHUP},
                                                                             {"USR1", SIGUSR1},
                                                                             {"USR2", SIGUSR2},
                                                                             {"KILL", SIGKILL}}};
  if (name.starts_with("SIG")) {
    name.remove_prefix(3);
  }
  const auto* found =
      std::find_if(kSignals.begin(), kSignals.end(), [&](const auto& signal) { return signal.first == name; });
  return found == kSignals.end() ? std::nullopt : std::optional(found->second);
}

class Reader {
 public:
  ProcessList read(std::string_view text) {
    for (const auto part : split(text)) {
      entry(part);
    }
    return std::move(list_);
  }

 private:
  void entry(std::string_view text) {
    const auto end = text.find_first_of("(: \t");
    const auto name = text.substr(0, end);
    entry_ = {};
    entry_.name = std::string(name);
    where_ = "\"" + log::escape(name.substr(0, kMaxName)) + "\"";
    if (!isName(name)) {
      problem("has no name of letters, digits, - and _ before its colon");
      return;
    }
    if (std::any_of(list_.entries.begin(), list_.entries.end(), [&](const auto& one) { return one.name == name; })) {
      problem("is there twice");
      return;
    }
    text = trimmed(text.substr(name.size()));
    if (text.starts_with('(')) {
      const auto close = text.find(')');
      if (close == std::string_view::npos) {
        problem("has options without a closing bracket");
        return;
      }
      const auto options = kind::List::parse(text.substr(1, close - 1), "").value();
      for (const auto& one : options) {
        option(one);
      }
      text = trimmed(text.substr(close + 1));
    }
    if (!text.starts_with(':')) {
      problem("has no colon before its command");
      return;
    }
    auto words = kind::Words::parse(trimmed(text.substr(1)), "");
    if (!words) {
      problem("has a quote that is not closed");
    } else if (words->empty() || words->front().empty()) {
      problem("has no command");
    } else {
      entry_.command = std::move(*words);
      list_.entries.push_back(std::move(entry_));
    }
  }

  void option(std::string_view text) {
    const auto equals = text.find('=');
    const auto name = equals == std::string_view::npos ? std::string_view("count") : trimmed(text.substr(0, equals));
    const auto value = equals == std::string_view::npos ? text : trimmed(text.substr(equals + 1));
    const auto take = [&](auto parsed, auto& member, const std::string& wanted) {
      if (parsed) {
        member = *parsed;
      } else {
        problem("has " + std::string(name) + " \"" + log::escape(value) + "\", which is not " + wanted);
      }
    };
    if (name == "count") {
      take(kind::Int::parse(value, kCount), entry_.count, kind::Int::wanted(kCount));
    } else if (name == "timeout") {
      take(kind::Time::parse(value, kTimeout), entry_.stopTimeout, kind::Time::wanted(kTimeout));
    } else if (name == "signal") {
      take(signalNumber(value), entry_.stopSignal, "one of: TERM, INT, QUIT, HUP, USR1, USR2, KILL");
    } else if (name == "restart") {
      take(restart(value), entry_.restart, "one of: always, on-failure, never");
    } else {
      problem("has the option \"" + log::escape(name) + "\"; there are count, restart, signal and timeout");
    }
  }

  static std::optional<ProcessEntry::Restart> restart(std::string_view text) {
    using Restart = ProcessEntry::Restart;
    return text == "always"       ? std::optional(Restart::always)
           : text == "on-failure" ? std::optional(Restart::onFailure)
           : text == "never"      ? std::optional(Restart::never)
                                  : std::nullopt;
  }

  void problem(const std::string& what) { list_.problems.push_back("the entry " + where_ + " " + what); }

  ProcessList list_;
  ProcessEntry entry_;
  std::string where_;
};

}  // namespace

ProcessList parseProcesses(std::string_view text) { return Reader().read(text); }

}  // namespace bridge::config
