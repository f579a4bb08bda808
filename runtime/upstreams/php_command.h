#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.h"

namespace bridge::upstreams {

/// NAME=value, as in the environment block of a process.
using Environment = std::vector<std::string>;

/// How one handler is started: `php artisan STARTUP_COMMAND` in LARAVEL_PATH as it was given.
struct PhpCommand {
  std::string file;
  std::vector<std::string> args;
  Environment environment;
  std::string workingDirectory;
};

/// Where the handler of a generation listens until it has proved itself.
[[nodiscard]] std::string generationSocket(const std::string& socketPath, std::uint64_t generation);

/// The start of a generation. `initial` is the environment with which the server itself was started: the handler gets
/// it unchanged, so that the application reads its `.env` afresh, with what the wire needs beside it.
/// `controlDescriptor` is the number of the control channel in the child, `sharedMemory` the path of a file that the
/// processes of all generations may share; empty: each handler makes its own.
[[nodiscard]] PhpCommand phpCommand(const config::Settings& settings, const Environment& initial,
                                    std::uint64_t generation, int controlDescriptor, const std::string& sharedMemory);

}  // namespace bridge::upstreams
