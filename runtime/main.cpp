// The program: reads arguments and settings, builds the objects in order, runs the loop. What they do is in the rooms.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "config/check.h"
#include "config/command_line.h"
#include "config/settings.h"
#include "config/sources.h"
#include "loop/limits.h"
#include "loop/loop.h"
#include "loop/signal.h"
#include "main_options.h"
#include "ops/admin_commands.h"
#include "ops/recent_failures.h"
#include "process/exec_child.h"
#include "process/reaper.h"
#include "server/admin_doors.h"
#include "server/server.h"
#include "upstreams/catalog.h"
#include "upstreams/operators.h"

extern char** environ;

namespace {

using namespace bridge;

upstreams::Environment initialEnvironment() {
  upstreams::Environment variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
  }
  return variables;
}

int refuse(const Error& error) {
  log::error("server", "{}", error.detail);
  log::stop();
  return config::kExitSettings;
}

int serve(config::Settings& settings, const config::Variables& flags) {
  loop::raiseDescriptorLimit();
  loop::Loop loop;
  const process::Reaper reaper(loop);
  ops::RecentFailures failures;
  server::Server server(loop);
  upstreams::Catalog catalog(loop, settings, initialEnvironment());
  configure(server.front(), settings);
  server.front().failures = &failures;
  catalog.addRoutes(server.front().router);
  int exitCode = EXIT_SUCCESS;
  Duration patience = settings.shutdownTimeout;
  const auto stop = [&] {
    log::info("server", "stopping: {} connections, {:.0f} s at most", server.connections(), toMillis(patience) / 1000);
    server.drain(patience, [&, deadline = loop.now() + patience] {
      catalog.stop(std::max(deadline - loop.now(), Duration::zero()), [&] { loop.stop(); });
    });
    patience = Duration::zero();  // A second signal ends everything at once.
  };
  const auto freshSettings = [&] { return config::load(config::readSources(flags)); };
  upstreams::Operators operators({.loop = loop,
                                  .catalog = catalog,
                                  .settings = settings,
                                  .failures = failures,
                                  .server = [&](bool withRequests) { return server.inspect(withRequests); },
                                  .freshSettings = freshSettings,
                                  .stop = stop});
  operators.addProbes(server.front().router);
  if (auto listening = server.listen(settings.httpHost, settings.httpPort, settings.httpSocketMode); !listening.ok()) {
    return refuse(listening.error());
  }
  server::AdminDoors doors(loop);
  if (auto opened = doors.open(adminDoorsOf(settings), operators.onSocket(), operators.onPort()); !opened.ok()) {
    return refuse(opened.error());
  }

  const loop::Signal terminate(loop, SIGTERM, stop);
  const loop::Signal interrupt(loop, SIGINT, stop);
  const loop::Signal reopen(loop, SIGUSR1, [] { log::reopen(); });
  const loop::Signal hangUp(loop, SIGHUP, [&] { catalog.reload(freshSettings()); });
  log::info("server", "listening on {}", server.address());
  if (!log::enabled(Level::info)) {
    // A free port must be known whatever LOG_LEVEL the application has set.
    std::printf("listening on %s\n", server.address().c_str());
    std::fflush(stdout);
  }
  catalog.start([&](const Error& error) {
    exitCode = refuse(error);
    stop();
  });
  loop.run();
  return exitCode;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == std::string_view(process::kExecChild)) {
    return process::execChild(argc, argv);
  }
  const auto commandLine = config::parseCommandLine(argc, argv);
  if (!commandLine.ok()) {
    std::fprintf(stderr, "laravel-bridge: %s\n", commandLine.error().detail.c_str());
    return config::kExitUsage;
  }
  if (commandLine->action == config::CommandLine::Action::print) {
    std::fputs(commandLine->text.c_str(), stdout);
    return EXIT_SUCCESS;
  }
  auto loaded = config::load(config::readSources(commandLine->flags));
  if (commandLine->action == config::CommandLine::Action::ask) {
    // What else is wrong with the settings is no matter of these commands.
    return ops::runAdminCommand({.name = commandLine->command, .json = commandLine->json, .wait = commandLine->wait},
                                adminDoorOf(loaded.settings));
  }
  const char* path = std::getenv("PATH");
  const auto found = config::checkEnvironment(loaded.settings, path != nullptr ? path : "/usr/bin:/bin");
  auto& problems = loaded.problems;
  problems.insert(problems.end(), found.problems.begin(), found.problems.end());
  for (const auto& problem : problems) {
    std::fprintf(stderr, "laravel-bridge: %s\n", problem.text().c_str());
  }
  if (!problems.empty()) {
    return config::kExitSettings;
  }
  if (commandLine->action == config::CommandLine::Action::check) {
    std::puts("The settings can be used here.");
    return EXIT_SUCCESS;
  }
  const auto started = log::start(logOptionsOf(loaded.settings));
  if (!started.ok()) {
    return refuse(started.error());
  }
  const int exitCode = serve(loaded.settings, commandLine->flags);
  log::info("server", "stopped");
  log::stop();
  return exitCode;
}
