#include "process/exit_cause.h"

#include <cstring>

namespace bridge::process {

std::string ExitCause::text() const {
  if (notStarted) {
    return notStarted->detail.empty() ? notStarted->message() : notStarted->detail;
  }
  if (status.signal == 0) {
    return "exit code " + std::to_string(status.code);
  }
  const char* name = ::sigabbrev_np(status.signal);
  return "signal " + std::to_string(status.signal) + (name != nullptr ? " (SIG" + std::string(name) + ")" : "");
}

std::string ExitCause::textWithLastWords() const {
  auto all = text();
  if (!lastWords.empty()) {
    all += ", its last words:";
    for (const auto& line : lastWords) {
      all += " \"" + line + "\"";
    }
  }
  return all;
}

}  // namespace bridge::process
