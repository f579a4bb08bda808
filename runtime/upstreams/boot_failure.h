#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/request.h"
#include "wire/messages.h"

namespace bridge::upstreams {

/// Why a start of the handler came to nothing.
struct BootFailure {
  /// What happened, in one sentence of ours: "it ended with exit code 255", "no answer within BOOT_TIMEOUT".
  std::string cause;
  /// The step that was under way; empty: none had begun.
  std::string step;
  /// The exception that the handler reported, where it could.
  std::optional<wire::Failed> exception;
  /// The last lines it wrote, escaped for the log.
  std::vector<std::string> lastWords;

  /// All of it in one escaped line, for the log.
  [[nodiscard]] std::string summary() const;
};

/// The page that shows a developer why the application did not start. Everything foreign in it is escaped. Only for
/// whoever `mayShowReason` to.
[[nodiscard]] std::string bootFailurePage(const BootFailure& failure, const std::string& requestId);

/// Whether the reason may be shown: the application is in debug, and the client sits at this machine, not behind a
/// proxy that does.
[[nodiscard]] bool mayShowReason(bool debug, const http::Request& request);

}  // namespace bridge::upstreams
