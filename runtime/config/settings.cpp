#include "config/settings.h"

#include <algorithm>
#include <utility>

#include "config/route_rules.h"
#include "config/setting_rows.h"
#include "config/text.h"
#include "config/tunnel_config.h"

namespace bridge::config {
namespace {

// sockaddr_un keeps 107 bytes of a path; a generation's socket is SOCKET_PATH with ".<number>".
constexpr std::size_t kMaxSocketPath = 107;
constexpr std::size_t kGenerationSuffix = 8;
constexpr std::string_view kAdminSuffix = ".admin";
constexpr std::string_view kUnixHost = "unix:";

/// The sources with their files read, asked in order.
class Lookup {
 public:
  explicit Lookup(const Sources& sources) : sources_(sources), own_(ownValues(*sources.program, sources.environment)) {
    for (const auto* file : {&sources.applicationEnvFile, &sources.workingEnvFile}) {
      if (file->has_value()) {
        files_.emplace_back((*file)->name, parseDotenv((*file)->text, sources.environment));
      }
    }
  }

  struct Found {
    std::string_view value;
    std::string_view file;    ///< "" for a flag or the environment
    std::string_view spoken;  ///< the name that gave it, where it is not that of the setting
  };

  /// What is found points into this object and the sources.
  [[nodiscard]] std::optional<Found> find(std::string_view name) const {
    if (const auto value = get(sources_.flags, name); !value.empty()) {
      return Found{value, "", ""};
    }
    if (const auto own = own_.find(name); own != own_.end()) {
      return Found{trimmed(own->second.value), "", own->second.name};
    }
    if (sources_.program->takes(name, name)) {
      return std::nullopt;  // There it is the name of another setting.
    }
    if (const auto value = get(sources_.environment, name); !value.empty()) {
      return Found{value, "", ""};
    }
    for (const auto& [file, content] : files_) {
      if (const auto value = get(content.values, name); !value.empty()) {
        return Found{value, file, ""};
      }
    }
    if (const auto value = get(sources_.files, name); !value.empty()) {
      return Found{value, "", ""};
    }
    return std::nullopt;
  }

  void reportErrors(std::vector<Problem>& problems) const {
    for (const auto& [file, content] : files_) {
      for (const auto& error : content.errors) {
        problems.push_back({file, "", "line " + std::to_string(error.line) + " has " + error.message});
      }
    }
  }

 private:
  static std::string_view get(const Variables& variables, std::string_view name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string_view{} : trimmed(found->second);
  }

  const Sources& sources_;
  std::map<std::string, OwnValue, std::less<>> own_;
  std::vector<std::pair<std::string, Dotenv>> files_;
};

void checkSocketPath(std::string_view name, const std::string& path, std::size_t most, std::vector<Problem>& problems) {
  if (path.size() > most) {
    problems.push_back({std::string(name), path,
                        "is " + std::to_string(path.size()) + " bytes long; the path of a Unix socket may have " +
                            std::to_string(most) + " here"});
  }
}

/// Names are not looked up: one that leads to this machine today may lead elsewhere tomorrow.
bool isLoopback(std::string_view host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

/// Which lanes there are, that they leave workers for the others, and that routes ask for nothing that there is not.
void checkRoutes(const Settings& settings, std::vector<Problem>& problems) {
  const auto lanes = parseLanes(settings.lanes);
  const auto routes = parseRoutes(settings.routes);
  for (const auto& problem : lanes.problems) {
    problems.push_back({"LANES", problem.part, problem.message});
  }
  for (const auto& problem : routes.problems) {
    problems.push_back({"ROUTES", problem.part, problem.message});
  }
  std::size_t workers = 0;
  for (const auto& lane : lanes.rules) {
    workers += lane.workers;
  }
  if (workers >= static_cast<std::size_t>(settings.socketPoolMax)) {
    problems.push_back({"LANES", settings.lanes,
                        "takes all of SOCKET_POOL_MAX=" + std::to_string(settings.socketPoolMax) +
                            " workers: nothing is left for the other routes"});
  }
  for (const auto& rule : routes.rules) {
    const bool known = rule.lane.empty() || std::ranges::any_of(lanes.rules, [&rule](const LaneRule& lane) {
                         return lane.name == rule.lane;
                       });
    if (!known) {
      problems.push_back({"ROUTES", rule.pattern.text() + " lane=" + rule.lane, "names a lane that is not in LANES"});
    }
    if (rule.isolation && settings.workerIsolation == WorkerIsolation::boot) {
      problems.push_back({"ROUTES", rule.pattern.text(),
                          "has an isolation of its own: with WORKER_ISOLATION=boot there is one for all routes"});
    }
  }
}

/// The times of single tasks are written as they must be.
void checkTunnelTimeouts(const Settings& settings, std::vector<Problem>& problems) {
  for (const auto& entry : settings.tunnelTimeouts) {
    if (!parseTaskTimeout(entry)) {
      problems.push_back(
          {"TUNNEL_TIMEOUTS", entry, "is not an id and its time from 0 to 86400 seconds, like app.tasks.report=300"});
    }
  }
}

/// Who can reach it from elsewhere has to know something that is not written in the documentation.
void checkTunnel(const Settings& settings, std::vector<Problem>& problems) {
  if (settings.tunnelMount.empty()) {
    return;
  }
  checkTunnelTimeouts(settings, problems);
  const auto has = [&settings](std::string_view token) {
    return std::ranges::find(settings.tunnelToken, token) != settings.tunnelToken.end();
  };
  if (has("")) {
    problems.push_back({"TUNNEL_TOKEN", "", "has an empty token among the others"});
  }
  if (settings.httpHost.starts_with(kUnixHost) || isLoopback(settings.httpHost)) {
    return;
  }
  if (settings.tunnelAnonymous) {
    problems.push_back({"TUNNEL_ANONYMOUS", "on", "is for loopback addresses; HTTP_HOST is " + settings.httpHost});
  } else if (has("secret")) {
    problems.push_back({"TUNNEL_TOKEN", "",
                        "is missing: on " + settings.httpHost +
                            " other machines reach the tunnel, and its default "
                            "token is known to everybody"});
  }
}

/// What no single row can see. A setting that is wrong by itself is not compared.
void checkTogether(const Settings& settings, std::vector<Problem>& problems) {
  const auto notAbove = [&](std::string_view lower, std::string_view upper, auto least, auto most) {
    const bool wrong = std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
      return problem.variable == lower || problem.variable == upper;
    });
    if (!wrong && least > most) {
      problems.push_back({std::string(lower), std::to_string(least),
                          "is more than " + std::string(upper) + ", which is " + std::to_string(most)});
    }
  };
  notAbove("SOCKET_POOL_MIN", "SOCKET_POOL_MAX", settings.socketPoolMin, settings.socketPoolMax);
  notAbove("MAX_HEADER_LINE", "MAX_HEADER_SIZE", settings.maxHeaderLine, settings.maxHeaderSize);
  for (const auto& path : settings.watchPaths) {
    if (path.starts_with('/') || ("/" + path + "/").find("/../") != std::string::npos) {
      problems.push_back({"WATCH_PATHS", path, "leads out of the application's folder, where all paths start"});
    }
  }
  for (const auto& wrong : settings.processes.problems) {
    problems.push_back({"BRIDGE_PROCESSES", "", wrong});
  }
  if (settings.httpProxyProtocol && settings.trustedProxies.empty()) {
    problems.push_back({"HTTP_PROXY_PROTOCOL", "on", "needs TRUSTED_PROXIES: the header is taken from nobody else"});
  }
  checkRoutes(settings, problems);
  checkSocketPath("SOCKET_PATH", settings.socketPath, kMaxSocketPath - kGenerationSuffix, problems);
  checkSocketPath("ADMIN_SOCKET", settings.adminSocket, kMaxSocketPath, problems);
  if (settings.adminSocket == settings.socketPath) {
    problems.push_back({"ADMIN_SOCKET", settings.adminSocket, "is also SOCKET_PATH; they must differ"});
  }
  if (!settings.adminListen.host.empty() && !isLoopback(settings.adminListen.host) && settings.adminToken.empty()) {
    problems.push_back(
        {"ADMIN_LISTEN", settings.adminListen.host, "can be reached from other machines; that needs ADMIN_TOKEN"});
  }
  checkTunnel(settings, problems);
  if (!settings.httpHost.starts_with(kUnixHost)) {
    return;
  }
  const auto path = settings.httpHost.substr(kUnixHost.size());
  checkSocketPath("HTTP_HOST", path, kMaxSocketPath, problems);
  if (path.empty()) {
    problems.push_back({"HTTP_HOST", settings.httpHost, "names no path after unix:"});
  } else if (path == settings.socketPath) {
    problems.push_back({"HTTP_HOST", settings.httpHost, "is also SOCKET_PATH; they must differ"});
  } else if (path == settings.adminSocket) {
    problems.push_back({"HTTP_HOST", settings.httpHost, "is also ADMIN_SOCKET; they must differ"});
  }
}

/// The command of another kind has no SOCKET_PATH; the port tells its servers apart. With any free port there is none.
std::string defaultAdminSocket(const Settings& settings, const Program& program) {
  if (&program == &serveProgram()) {
    return settings.socketPath + std::string(kAdminSuffix);
  }
  return settings.httpPort == 0 ? std::string()
                                : "/tmp/laravel-bridge-" + std::string(program.name) + "-" +
                                      std::to_string(settings.httpPort) + std::string(kAdminSuffix);
}

void complete(Settings& settings, const Sources& sources, const Lookup& lookup) {
  settings.laravelPath = laravelPath(sources);
  if (settings.adminSocket.empty()) {
    settings.adminSocket = defaultAdminSocket(settings, *sources.program);
  } else if (settings.adminSocket == kOff) {
    settings.adminSocket.clear();
  }
  if (settings.spoolDir.empty()) {
    const auto temporary = lookup.find("TMPDIR");
    settings.spoolDir = temporary ? absolutePath(temporary->value, sources.workingDirectory) : "/tmp";
  }
  if (settings.httpHost.starts_with(kUnixHost)) {
    const auto path = settings.httpHost.substr(kUnixHost.size());
    settings.httpHost = std::string(kUnixHost) + (path.empty() ? "" : absolutePath(path, sources.workingDirectory));
  }
}

}  // namespace

std::string Problem::text() const {
  return value.empty() ? variable + ": " + message : variable + ": \"" + log::escape(value) + "\" " + message;
}

std::string laravelPath(const Sources& sources) {
  // The application's own file cannot say where the application is.
  auto outer = sources;
  outer.applicationEnvFile.reset();
  const Lookup lookup(outer);
  const auto found = lookup.find("LARAVEL_PATH");
  return found ? absolutePath(found->value, sources.workingDirectory) : sources.workingDirectory;
}

std::string namedFile(const Sources& sources, std::string_view setting) {
  const Lookup lookup(sources);
  const auto found = lookup.find(setting);
  const auto path = found ? found->value : sources.program->initial(setting, "");
  return path.empty() ? std::string() : absolutePath(path, sources.workingDirectory);
}

LoadResult load(const Sources& sources) {
  const Lookup lookup(sources);
  LoadResult result;
  result.problems = sources.problems;
  lookup.reportErrors(result.problems);
  for (const auto& row : settingRows()) {
    const auto found = lookup.find(row.name);
    const auto text = found ? found->value : sources.program->initial(row.name, row.initial);
    if (!row.assign(result.settings, text, sources.workingDirectory)) {
      const auto place = !found || found->file.empty() ? "" : " (in " + std::string(found->file) + ")";
      result.problems.push_back({std::string(found && !found->spoken.empty() ? found->spoken : row.name),
                                 row.secret() ? "" : std::string(text), "is not " + row.wanted + place});
    }
  }
  complete(result.settings, sources, lookup);
  checkTogether(result.settings, result.problems);
  return result;
}

std::vector<std::string> reload(Settings& running, const Settings& fresh) {
  std::vector<std::string> needRestart;
  for (const auto& row : settingRows()) {
    auto copy = running;
    if (row.take(row.reloadable() ? running : copy, fresh) && !row.reloadable()) {
      needRestart.emplace_back(row.name);
    }
  }
  return needRestart;
}

}  // namespace bridge::config
