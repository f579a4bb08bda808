#include "config/sources.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/tunnel_config.h"
#include "config/urocket_yaml.h"

namespace bridge::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTunnelConfig = "TUNNEL_CONFIG";

Variables processEnvironment() {
  Variables variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));  // of doubles the first counts, as in getenv
    }
  }
  return variables;
}

std::string workingDirectory(const Variables& environment) {
  std::error_code error;
  if (const auto pwd = environment.find("PWD"); pwd != environment.end() && pwd->second.starts_with('/')) {
    if (fs::equivalent(pwd->second, ".", error)) {
      return pwd->second;
    }
  }
  return fs::current_path(error).string();
}

std::optional<EnvFile> readEnvFile(const std::string& path, std::vector<Problem>& problems) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    problems.push_back({path, "", std::string("cannot be read: ") + std::strerror(errno)});
    return std::nullopt;
  }
  return EnvFile{path, {std::istreambuf_iterator<char>(in), {}}};
}

std::string applicationEnvFile(const std::string& folder, const Variables& environment) {
  auto path = folder + "/.env";
  const auto name = environment.find("APP_ENV");
  if (name != environment.end() && !name->second.empty()) {
    std::error_code error;
    if (fs::is_regular_file(path + "." + name->second, error)) {
      path += "." + name->second;
    }
  }
  return path;
}

/// The service file of the urocket command says on which port it is served.
Variables readServiceFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  // What is wrong with it its kind complains about.
  const auto parsed = parseUrocketYaml(std::string{std::istreambuf_iterator<char>(in), {}});
  return parsed.config.port == 0 ? Variables() : Variables{{"HTTP_PORT", std::to_string(parsed.config.port)}};
}

void readTunnelFile(const std::string& path, Sources& sources) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    sources.problems.push_back({kTunnelConfig, path, std::string("cannot be read: ") + std::strerror(errno)});
    return;
  }
  auto parsed =
      parseTunnelConfig(std::string{std::istreambuf_iterator<char>(in), {}}, sources.program->name == "tunnel");
  for (const auto& problem : parsed.problems) {
    sources.problems.push_back({path, "", problem.text()});
  }
  sources.files.merge(parsed.settings);
}

}  // namespace

Sources readSources(const Program& program, Variables flags) {
  Sources sources;
  sources.program = &program;
  sources.flags = std::move(flags);
  sources.environment = processEnvironment();
  sources.workingDirectory = workingDirectory(sources.environment);
  const auto own = sources.workingDirectory + "/.env";
  sources.workingEnvFile = readEnvFile(own, sources.problems);
  const auto application = applicationEnvFile(laravelPath(sources), sources.environment);
  if (application == own) {
    sources.applicationEnvFile = std::exchange(sources.workingEnvFile, std::nullopt);
  } else {
    sources.applicationEnvFile = readEnvFile(application, sources.problems);
  }
  if (program.name == "urocket") {
    sources.files = readServiceFile(namedFile(sources, "UROCKET_CONFIG"));
  }
  if (const auto path = namedFile(sources, kTunnelConfig); !path.empty()) {
    readTunnelFile(path, sources);
  }
  return sources;
}

}  // namespace bridge::config
