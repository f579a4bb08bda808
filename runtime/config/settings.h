#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/dotenv.h"
#include "config/kinds.h"
#include "config/program.h"

namespace bridge::config {

/// What the operator decided: one member for each row of settings.def, which says what it means. A fresh one holds the
/// defaults as they are written there; `load` gives one whose paths are absolute and whose empty defaults are filled.
// The order is that of the documentation.
struct Settings {  // NOLINT(clang-analyzer-optin.performance.Padding)
#define GROUP(title)
#define SETTING(kind_, member, name, initial_, limits, unit, change, flag, meaning) \
  kind::kind_::Value member = kind::kind_::initial(initial_);
#include "config/settings.def"
#undef SETTING
#undef GROUP
};

/// Something the operator has to put right. `value` is empty for a secret, and where no value was given.
struct Problem {
  std::string variable;
  std::string value;
  std::string message;

  /// One line, safe for the log: `HTTP_PORT: "99999" is not a whole number from 0 to 65535`.
  [[nodiscard]] std::string text() const;
};

/// The text of a `.env` file and the name it has in messages.
struct EnvFile {
  std::string name;
  std::string text;
};

/// Where settings come from, the strongest first. A variable with an empty value counts as unset.
struct Sources {
  Variables flags;                            ///< by ENV_NAME
  Variables environment;                      ///< of the process
  std::optional<EnvFile> applicationEnvFile;  ///< `.env` of LARAVEL_PATH
  std::optional<EnvFile> workingEnvFile;      ///< `.env` of the working directory
  Variables files;                            ///< what other files say that the settings name, by ENV_NAME
  std::string workingDirectory;               ///< absolute; relative paths start here
  const Program* program = &serveProgram();   ///< whose defaults and names hold
  std::vector<Problem> problems;              ///< met while reading; `load` passes them on
};

struct LoadResult {
  Settings settings;
  /// All of them at once; the settings are usable only if there are none.
  std::vector<Problem> problems;
};

/// Reads, checks and completes the settings. Pure: `readSources` does the reading.
[[nodiscard]] LoadResult load(const Sources& sources);

/// The file that a setting names (UROCKET_CONFIG), absolute; empty: none. Needed before that file can be read.
[[nodiscard]] std::string namedFile(const Sources& sources, std::string_view setting);

/// LARAVEL_PATH from the flags, the environment or the `.env` of the working directory, absolute; else the working
/// directory. Needed before the application's `.env` can be read.
[[nodiscard]] std::string laravelPath(const Sources& sources);

/// Takes over from `fresh` what may change while the server runs. The result names the other settings that differ:
/// they need a restart.
[[nodiscard]] std::vector<std::string> reload(Settings& running, const Settings& fresh);

}  // namespace bridge::config
