// The program: reads arguments and settings, builds the objects in order, runs the loop. What they do is in the rooms.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
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
#include "process/exec_child.h"
#include "process/reaper.h"
#include "server/filters/request_id.h"
#include "server/filters/server_options.h"
#include "server/server.h"
#include "upstreams/catalog.h"

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

void configure(server::Front& front, const config::Settings& settings) {
  front.options = {.head = {.requestLine = settings.maxRequestLine,
                            .headerLine = settings.maxHeaderLine,
                            .headerBytes = settings.maxHeaderSize,
                            .headerCount = static_cast<std::size_t>(settings.maxHeaderCount)},
                   .maxBody = settings.maxBodySize,
                   .maxConnections = static_cast<std::size_t>(settings.maxConnections),
                   .keepAliveRequests = static_cast<std::uint64_t>(settings.keepaliveRequests),
                   .headerTimeout = settings.headerTimeout,
                   .bodyIdleTimeout = settings.bodyIdleTimeout,
                   .keepAliveTimeout = settings.keepaliveTimeout,
                   .writeIdleTimeout = settings.writeIdleTimeout,
                   .accessLog = settings.accessLog,
                   .logQuery = settings.logQuery};
  std::random_device random;
  front.filters.push_back(std::make_unique<server::RequestId>(std::uint64_t{random()} << 32U | random()));
  front.filters.push_back(std::make_unique<server::ServerOptions>());
}

int serve(config::Settings& settings, const config::Variables& flags) {
  loop::raiseDescriptorLimit();
  loop::Loop loop;
  const process::Reaper reaper(loop);
  server::Server server(loop);
  upstreams::Catalog catalog(loop, settings, initialEnvironment());
  configure(server.front(), settings);
  catalog.addRoutes(server.front().router);
  if (auto listening = server.listen(settings.httpHost, settings.httpPort, settings.httpSocketMode); !listening.ok()) {
    return refuse(listening.error());
  }

  int exitCode = EXIT_SUCCESS;
  Duration patience = settings.shutdownTimeout;
  const auto stop = [&] {
    log::info("server", "stopping: {} connections, {:.0f} s at most", server.connections(), toMillis(patience) / 1000);
    server.drain(patience, [&, limit = patience] { catalog.stop(limit, [&] { loop.stop(); }); });
    patience = Duration::zero();  // A second signal ends everything at once.
  };
  const loop::Signal terminate(loop, SIGTERM, stop);
  const loop::Signal interrupt(loop, SIGINT, stop);
  const loop::Signal reopen(loop, SIGUSR1, [] { log::reopen(); });
  const loop::Signal hangUp(loop, SIGHUP, [&] { catalog.reload(config::load(config::readSources(flags))); });
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
  const auto& settings = loaded.settings;
  const auto started = log::start({.level = settings.logLevel,
                                   .format = settings.logFormat,
                                   .directory = settings.logDir,
                                   .maxBytes = settings.logMaxSize,
                                   .maxFiles = static_cast<std::size_t>(settings.logMaxFiles),
                                   .toStderr = true});
  if (!started.ok()) {
    return refuse(started.error());
  }
  const int exitCode = serve(loaded.settings, commandLine->flags);
  log::info("server", "stopped");
  log::stop();
  return exitCode;
}
