#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace bridge::config {

/// What the settings name, found on this machine.
struct Environment {
  std::string php;      ///< absolute path of the PHP program, "" where none was found
  std::string artisan;  ///< absolute path
  std::vector<Problem> problems;
};

/// Looks whether the settings can work here: application, PHP, folders, sockets. Only looks: nothing is created, run
/// or removed. `searchPath` is PATH. Rights are those of this process.
[[nodiscard]] Environment checkEnvironment(const Settings& settings, std::string_view searchPath);

/// Only the programs, PHP and those of BRIDGE_PROCESSES: a reload starts them. Adds to the problems of `loaded`.
void checkPrograms(LoadResult& loaded, std::string_view searchPath);

}  // namespace bridge::config
