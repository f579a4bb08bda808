#include "main_serve.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "config/check.h"
#include "config/command_line.h"
#include "config/sources.h"
#include "loop/inherited.h"
#include "loop/limits.h"
#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/signal.h"
#include "main_options.h"
#include "ops/recent_failures.h"
#include "ops/sd_notify.h"
#include "process/programs.h"
#include "process/reaper.h"
#include "server/admin_doors.h"
#include "server/door.h"
#include "server/server.h"
#include "server/service_report.h"
#include "upstreams/catalog.h"
#include "upstreams/operators.h"
#include "upstreams/reload_watch.h"

namespace bridge {
namespace {

upstreams::Environment initialEnvironment() {
  upstreams::Environment variables;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
  }
  return variables;
}

bool isUnix(const std::string& host) { return host.starts_with("unix:"); }

int refuse(const Error& error) {
  log::error("server", "{}", error.detail);
  return config::kExitSettings;
}

/// The server with all that belongs to it, in the order in which it is built.
class Serving {
 public:
  Serving(config::Settings& settings, const config::CommandLine& commandLine, ops::SdNotify manager)
      : settings_(settings),
        commandLine_(commandLine),
        reaper_(loop_),
        environment_(initialEnvironment()),
        catalog_(loop_, settings, environment_),
        programs_(loop_),
        operators_({.loop = loop_,
                    .catalog = catalog_,
                    .settings = settings,
                    .failures = failures_,
                    .server = [this](bool withRequests) { return server_.inspect(withRequests); },
                    .processes = [this] { return programs_.inspect(); },
                    .reload = [this](auto done) { reload(std::move(done)); },
                    .stop = [this] { stop(); }}),
        server_(loop_),
        doors_(loop_),
        report_(loop_, std::move(manager), [this] { return operators_.status(false); }) {
    configure(server_.front(), settings);
    server_.front().failures = &failures_;
    operators_.addProbes(catalog_.routes());
    catalog_.routes().fill(server_.front().router);
  }

  /// Prints what is wrong with the files that the settings name, and says whether all is well.
  [[nodiscard]] bool sound() const {
    for (const auto& problem : catalog_.problems()) {
      std::fprintf(stderr, "laravel-bridge: %s\n", problem.text().c_str());
    }
    return catalog_.problems().empty();
  }
  [[nodiscard]] std::string routes() { return catalog_.routes().text(); }

  [[nodiscard]] Result<void> open(std::vector<loop::InheritedSocket> inherited) {
    auto sockets = sortOut(std::move(inherited));
    if (!sockets.ok()) {
      return std::move(sockets).error();
    }
    place_ = {settings_.httpHost, settings_.httpPort};
    inherited_ = !sockets->http.empty();
    auto listening = inherited_ ? server_.listen(std::move(sockets->http))
                                : server_.listen(place_.host, place_.port, settings_.httpSocketMode);
    if (!listening.ok()) {
      return listening;
    }
    tellChildren(server_.address());
    if (auto opened = openKindDoors(); !opened.ok()) {
      return opened;
    }
    auto doors = adminDoorsOf(settings_);
    doors.inherited = std::move(sockets->admin);
    return doors_.open(std::move(doors), operators_.onSocket(), operators_.onPort());
  }

  [[nodiscard]] int run() {
    const loop::Signal terminate(loop_, SIGTERM, [this] { stop(); });
    const loop::Signal interrupt(loop_, SIGINT, [this] { stop(); });
    const loop::Signal reopen(loop_, SIGUSR1, [] { log::reopen(); });
    const loop::Signal hangUp(loop_, SIGHUP, [this] { reload({}); });
    log::info("server", "listening on {}", server_.address());
    if (!log::enabled(Level::info)) {
      // A free port must be known whatever LOG_LEVEL the application has set.
      std::printf("listening on %s\n", server_.address().c_str());
      std::fflush(stdout);
    }
    catalog_.start([this](const Error& error) {
      exitCode_ = refuse(error);
      stop();
    });
    catalog_.whenOutdated([this](std::function<void()> done) {
      reload([done = std::move(done)](const Result<upstreams::Reloaded>&) { done(); });
    });
    programs_.run(programsOf(settings_, environment_));
    watch();
    loop_.run();
    return exitCode_;
  }

 private:
  /// Where the server is: a worker or a job that publishes cannot know it otherwise.
  void tellChildren(const std::string& address) {
    constexpr std::string_view kName = "BRIDGE_PUBSUB_URL=";
    std::erase_if(environment_, [](const std::string& variable) { return variable.starts_with(kName); });
    if (const auto url = pubsubUrlOf(settings_, address); !url.empty()) {
      environment_.push_back(std::string(kName) + url);
    }
  }

  Result<void> openKindDoors() {
    for (const auto& door : catalog_.doors()) {
      auto server = server::makeDoor(
          loop_, door.upstream,
          {.maxBody = settings_.maxBodySize, .maxConnections = static_cast<std::size_t>(settings_.maxConnections)});
      if (auto listening = server->listen("unix:" + door.path, 0, door.mode); !listening.ok()) {
        return Error{ErrorCode::InvalidSettings, door.origin + ": " + listening.error().detail};
      }
      kindDoors_.push_back(std::move(server));
    }
    return {};
  }

  /// One at a time. What has changed may have come too late for the one that is under way: who asks meanwhile gets
  /// another one after it, all of them the same.
  void reload(upstreams::OnReloaded done) {
    if (reloading_) {
      reloadAgain_.push_back(std::move(done));
      return;
    }
    reloading_ = true;
    report_.reloading();
    auto fresh = config::load(config::readSources(*commandLine_.program, commandLine_.flags));
    config::checkPrograms(fresh, searchPath());
    const config::Endpoint place{fresh.settings.httpHost, fresh.settings.httpPort};
    std::vector<std::string> notMade;
    // Shared, for the callback must be copyable; moved out of there.
    auto next = std::make_shared<std::unique_ptr<loop::Listener>>(openNext(fresh, place, notMade));
    if (*next) {
      tellChildren(server::Server::addressOf(**next));
    }
    catalog_.reload(fresh, [this, place, next, notMade, done = std::move(done)](Result<upstreams::Reloaded> result) {
      report_.reloaded();
      if (result.ok()) {
        configure(server_.front(), settings_);
        move(place, std::move(*next));
        programs_.run(programsOf(settings_, environment_));
        watch();
        result->notMade.insert(result->notMade.end(), notMade.begin(), notMade.end());
      } else {
        tellChildren(server_.address());
      }
      if (done) {
        done(result);
      }
      reloading_ = false;
      if (!reloadAgain_.empty()) {
        reload([all = std::exchange(reloadAgain_, {})](const Result<upstreams::Reloaded>& later) {
          for (const auto& one : all) {
            if (one) {
              one(later);
            }
          }
        });
      }
    });
  }

  /// The port of the fresh settings, if it is another one and can be opened now: only with the new generation it is
  /// served, for nothing may change when that fails.
  [[nodiscard]] std::unique_ptr<loop::Listener> openNext(config::LoadResult& fresh, const config::Endpoint& place,
                                                         std::vector<std::string>& notMade) {
    if (place == place_ || !fresh.problems.empty()) {
      return nullptr;
    }
    if (inherited_) {
      notMade.emplace_back("HTTP_HOST and HTTP_PORT mean nothing where the socket is inherited");
      log::warn("server", "reload: {}", notMade.back());
      return nullptr;
    }
    const bool overlaps = place.port == place_.port && !isUnix(place.host) && !isUnix(place_.host);
    if (overlaps) {
      notMade.push_back(
          fmt::format("HTTP_HOST has changed and needs a restart: port {} cannot be opened twice", place.port));
      log::warn("server", "reload: {}", notMade.back());
      return nullptr;
    }
    auto opened = server_.openNext(place.host, place.port, fresh.settings.httpSocketMode);
    if (!opened.ok()) {
      fresh.problems.push_back({isUnix(place.host) ? "HTTP_HOST" : "HTTP_PORT", "", opened.error().detail});
      return nullptr;
    }
    return std::move(*opened);
  }

  void move(const config::Endpoint& place, std::unique_ptr<loop::Listener> next) {
    if (next) {
      const auto before = server_.address();
      server_.move(std::move(next));
      place_ = place;
      log::info("server", "listening on {}, no more on {}", server_.address(), before);
    }
  }

  void watch() {
    upstreams::ReloadWatch::Options options{.root = settings_.laravelPath, .patterns = settings_.watchPaths};
    if (!settings_.watch || stopping_) {
      // It may be the one that asked for this reload.
      loop_.defer([watch = std::shared_ptr(std::move(watch_))] {});
    } else if (watch_) {
      watch_->update(std::move(options));
    } else {
      watch_ = std::make_unique<upstreams::ReloadWatch>(loop_, std::move(options), [this](std::function<void()> done) {
        reload([done = std::move(done)](const Result<upstreams::Reloaded>&) { done(); });
      });
    }
  }

  void stop() {
    // A second signal ends everything at once.
    const bool atOnce = std::exchange(stopping_, true);
    watch_.reset();
    const Duration patience = atOnce ? Duration::zero() : settings_.shutdownTimeout;
    log::info("server", "stopping: {} connections, {:.0f} s at most", server_.connections(), toMillis(patience) / 1000);
    report_.stopping(atOnce ? patience : patience + programs_.patience());
    catalog_.drain();
    server_.drain(patience, [this, atOnce, deadline = loop_.now() + patience] {
      catalog_.stop(std::max(deadline - loop_.now(), Duration::zero()),
                    // By now the web side has given them their last work.
                    [this, atOnce] { programs_.stop(atOnce, [this] { loop_.stop(); }); });
    });
  }

  config::Settings& settings_;
  const config::CommandLine& commandLine_;
  loop::Loop loop_;
  process::Reaper reaper_;
  ops::RecentFailures failures_;
  upstreams::Environment environment_;
  upstreams::Catalog catalog_;
  process::Programs programs_;
  upstreams::Operators operators_;
  // After the upstreams, for their calls belong to its connections.
  server::Server server_;
  server::AdminDoors doors_;
  std::vector<std::unique_ptr<server::Server>> kindDoors_;
  server::ServiceReport report_;
  std::unique_ptr<upstreams::ReloadWatch> watch_;
  /// Where clients come in, as the settings say it, unless the socket is inherited.
  config::Endpoint place_;
  bool inherited_ = false;
  bool stopping_ = false;
  bool reloading_ = false;
  std::vector<upstreams::OnReloaded> reloadAgain_;
  int exitCode_ = EXIT_SUCCESS;
};

}  // namespace

int check(config::Settings& settings, const config::CommandLine& commandLine) {
  Serving serving(settings, commandLine, ops::SdNotify());
  if (!serving.sound()) {
    return commandLine.program->exitFiles;
  }
  std::printf("The settings can be used here. Paths, kinds of upstream, and where they are declared:\n%s",
              serving.routes().c_str());
  return EXIT_SUCCESS;
}

int serve(config::Settings& settings, const config::CommandLine& commandLine) {
  // First: what is meant for us must not reach the environment of others.
  auto inherited = loop::takeInheritedSockets(::getpid());
  auto manager = ops::SdNotify::fromEnvironment();
  if (!inherited.ok()) {
    return refuse(inherited.error());
  }
  loop::raiseDescriptorLimit();
  Serving serving(settings, commandLine, std::move(manager));
  if (!serving.sound()) {
    return commandLine.program->exitFiles;
  }
  if (auto opened = serving.open(std::move(*inherited)); !opened.ok()) {
    return refuse(opened.error());
  }
  return serving.run();
}

}  // namespace bridge
