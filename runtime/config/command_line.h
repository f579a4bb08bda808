#pragma once

#include <string>

#include "base/result.h"
#include "config/dotenv.h"
#include "config/program.h"

namespace bridge::config {

/// Exit codes of main. Settings that cannot work are told apart from a crash, so that a service manager does not try
/// again (EX_CONFIG of sysexits.h).
inline constexpr int kExitUsage = 2;
inline constexpr int kExitSettings = 78;

/// What the arguments ask for.
struct CommandLine {
  enum class Action {
    serve,
    check,  ///< look at settings and machine, report, exit
    print,  ///< write `text` to stdout, exit 0
    ask,    ///< ask the server that runs
  };
  Action action = Action::serve;
  std::string command;  ///< what to ask: status, workers, top, reload or stop
  bool json = false;    ///< print what the server says as it is
  bool wait = false;    ///< until what was asked for is done
  Variables flags;      ///< settings given as flags, by ENV_NAME, unchecked
  const Program* program = &serveProgram();
  std::string text;
};

/// Pure: prints nothing. The error's detail says in one sentence what is wrong; main prints it and exits with
/// kExitUsage.
[[nodiscard]] Result<CommandLine> parseCommandLine(int argc, const char* const* argv);

}  // namespace bridge::config
