#pragma once

#include <string>

#include "ops/admin_client.h"

namespace bridge::ops {

/// What a person asks the running server for: `laravel-bridge status`, `workers`, `top`, `reload` or `stop`.
struct AdminCommand {
  std::string name;
  bool json = false;
  bool wait = false;
};

/// Exit codes of the commands. 3 is what service scripts say of a program that is not running.
inline constexpr int kExitDone = 0;
inline constexpr int kExitRefused = 1;
inline constexpr int kExitNoServer = 3;

/// Asks, prints, and says how the program should exit. Blocks.
[[nodiscard]] int runAdminCommand(const AdminCommand& command, const AdminDoor& door);

}  // namespace bridge::ops
