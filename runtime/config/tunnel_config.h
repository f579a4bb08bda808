#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "config/dotenv.h"
#include "config/file_problem.h"

namespace bridge::config {

/// What TUNNEL_CONFIG says: an object of JSON whose keys are the names of the TUNNEL_* settings in lower case and
/// without that prefix (`max_file`), or the older ones `base_path`, `auth_token`, `auth_header`, `allowed_tasks` and
/// `allowed_events`; `port` and `host` are those of the command. Values are texts, numbers, booleans, lists of them,
/// and objects: `{"cors":{"origin":…}}` is `cors_origin`, `{"timeouts":{"app.a":5}}` a list of such pairs.
struct TunnelConfig {
  /// By ENV_NAME, written as there.
  Variables settings;
  std::vector<FileProblem> problems;
};

/// `command`: whether the server is the tunnel's command, whose host and port these are.
[[nodiscard]] TunnelConfig parseTunnelConfig(std::string_view text, bool command);

/// "app.tasks.report=300": the id, and the time in seconds; nothing where it is not that. Zero: for ever.
[[nodiscard]] std::optional<std::pair<std::string, Duration>> parseTaskTimeout(std::string_view text);

}  // namespace bridge::config
