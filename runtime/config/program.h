#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "config/dotenv.h"

namespace bridge::config {

/// A way to run this program: `serve`, or one kind of upstream as a command of its own. It is the same server with
/// other defaults, further names for some settings, and a help text of its own; every other setting holds there, too.
struct Program {
  struct Default {
    std::string_view setting;
    std::string_view value;
  };
  /// A variable of the process environment (not of a `.env`) that sets `setting` here. With `port` its value is
  /// host:port, and the part behind the last colon goes there.
  struct OwnName {
    std::string_view name;
    std::string_view setting;
    std::string_view port = {};
    /// Its value is a list such as `here=debug,there=info`; the first level counts.
    bool filter = false;
  };
  /// In the words of CLI11: "-p,--port"; without dashes an argument. `value` is its name in the help.
  struct OwnFlag {
    std::string_view spelling;
    std::string_view setting;
    std::string_view value;
  };

  /// A word behind the command: what `--check` does, or what the command does without a word.
  struct Word {
    std::string_view name;
    bool checks = false;
  };

  /// The command.
  std::string_view name;
  /// After "laravel-bridge NAME: ".
  std::string_view summary;
  /// Groups of settings.def that the help shows; empty: all.
  std::span<const std::string_view> groups = {};
  std::span<const Default> defaults = {};
  std::span<const OwnName> names = {};
  std::span<const OwnFlag> flags = {};
  std::span<const Word> words = {};
  /// Exit codes for settings that cannot work, and for files they name whose content cannot.
  int exitSettings = 78;
  int exitFiles = 78;

  /// The default of a setting here, else `initial`.
  [[nodiscard]] std::string_view initial(std::string_view setting, std::string_view initial) const;
  /// Whether a variable of that name in the environment means another setting here.
  [[nodiscard]] bool takes(std::string_view variable, std::string_view setting) const;
};

/// The Laravel server, also without a command.
[[nodiscard]] const Program& serveProgram();
/// All of them, `serve` first.
[[nodiscard]] std::span<const Program> programs();

/// What the program's own names say in `environment`: setting -> (value, the name that said it).
struct OwnValue {
  std::string name;
  std::string value;
};
[[nodiscard]] std::map<std::string, OwnValue, std::less<>> ownValues(const Program& program,
                                                                     const Variables& environment);

}  // namespace bridge::config
