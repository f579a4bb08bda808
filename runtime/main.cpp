// The program: reads arguments and settings, and does what they ask for.

#include <malloc.h>

#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "config/check.h"
#include "config/command_line.h"
#include "config/settings.h"
#include "config/sources.h"
#include "main_options.h"
#include "main_serve.h"
#include "ops/admin_commands.h"

using namespace bridge;

namespace {

/// glibc gives the top of the heap back to the kernel as soon as 128 KiB of it are free. Buffers of bodies are 64 KiB:
/// it would be given back and cleared anew for every other one, which took a quarter of the time of a large transfer.
void keepHeap() {
  constexpr int kKept = 4 << 20;
  constexpr int kMapped = 1 << 20;
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  // Said with it, for one of them ends the adjusting of both.
  ::mallopt(M_MMAP_THRESHOLD, kMapped);
}

}  // namespace

int main(int argc, char** argv) {
  keepHeap();
  const auto commandLine = config::parseCommandLine(argc, argv);
  if (!commandLine.ok()) {
    std::fprintf(stderr, "laravel-bridge: %s\n", commandLine.error().detail.c_str());
    return config::kExitUsage;
  }
  if (commandLine->action == config::CommandLine::Action::print) {
    std::fputs(commandLine->text.c_str(), stdout);
    return EXIT_SUCCESS;
  }
  auto loaded = config::load(config::readSources(*commandLine->program, commandLine->flags));
  if (commandLine->action == config::CommandLine::Action::ask) {
    // What else is wrong with the settings is no matter of these commands.
    return ops::runAdminCommand({.name = commandLine->command, .json = commandLine->json, .wait = commandLine->wait},
                                adminDoorOf(loaded.settings));
  }
  const auto found = config::checkEnvironment(loaded.settings, searchPath());
  auto& problems = loaded.problems;
  problems.insert(problems.end(), found.problems.begin(), found.problems.end());
  for (const auto& problem : problems) {
    std::fprintf(stderr, "laravel-bridge: %s\n", problem.text().c_str());
  }
  if (!problems.empty()) {
    return commandLine->program->exitSettings;
  }
  if (commandLine->action == config::CommandLine::Action::check) {
    return check(loaded.settings, *commandLine);
  }
  const auto started = log::start(logOptionsOf(loaded.settings));
  if (!started.ok()) {
    std::fprintf(stderr, "laravel-bridge: %s\n", started.error().detail.c_str());
    return config::kExitSettings;
  }
  const int exitCode = serve(loaded.settings, *commandLine);
  log::info("server", "stopped");
  log::stop();
  return exitCode;
}
