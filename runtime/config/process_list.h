#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace bridge::config {

/// Another program of the application, from BRIDGE_PROCESSES.
struct ProcessEntry {
  enum class Restart { always, onFailure, never };

  std::string name;
  /// The program and its arguments, at least one word.
  std::vector<std::string> command;
  int count = 1;
  Restart restart = Restart::always;
  int stopSignal = SIGTERM;
  Millis stopTimeout = Seconds(60);

  bool operator==(const ProcessEntry&) const = default;
};

struct ProcessList {
  std::vector<ProcessEntry> entries;
  /// What is wrong with the text, each in one sentence that names the entry; the entries are usable only if there are
  /// none. A command is never repeated: it may hold a secret.
  std::vector<std::string> problems;

  bool operator==(const ProcessList&) const = default;
};

/// Reads entries in the manner of a Procfile, separated by line ends or semicolons:
///
///     queue(2, timeout=90): artisan queue:work --tries=3; schedule: artisan schedule:work
///
/// Options: count=N or N alone; restart=always, on-failure or never; signal=NAME; timeout=SECONDS. Quotes of both sorts
/// keep a word of the command together, and semicolons in it.
[[nodiscard]] ProcessList parseProcesses(std::string_view text);

}  // namespace bridge::config
