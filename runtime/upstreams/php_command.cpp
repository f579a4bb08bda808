#include "upstreams/php_command.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace bridge::upstreams {
namespace {

void setVariable(Environment& environment, std::string_view name, std::string_view value) {
  std::string entry(name);
  entry += '=';
  const std::size_t prefix = entry.size();
  std::erase_if(environment, [&](const std::string& other) { return other.compare(0, prefix, entry, 0, prefix) == 0; });
  entry += value;
  environment.push_back(std::move(entry));
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

std::string generationSocket(const std::string& socketPath, std::uint64_t generation) {
  return socketPath + "." + std::to_string(generation);
}

PhpCommand phpCommand(const config::Settings& settings, const Environment& initial, std::uint64_t generation,
                      int controlDescriptor, const std::string& sharedMemory) {
  PhpCommand command;
  command.file = settings.phpPath;
  command.workingDirectory = settings.laravelPath;
  command.args = settings.phpOptions;
  command.args.emplace_back("artisan");
  command.args.insert(command.args.end(), settings.startupCommand.begin(), settings.startupCommand.end());

  command.environment = initial;
  const auto set = [&command](std::string_view name, std::string_view value) {
    setVariable(command.environment, name, value);
  };
  set("BRIDGE_CONTROL_FD", std::to_string(controlDescriptor));
  set("BRIDGE_GENERATION", std::to_string(generation));
  set("BRIDGE_SHARED_MEMORY", sharedMemory);
  set("SOCKET_PATH", generationSocket(settings.socketPath, generation));
  set("SOCKET_MODE", fmt::format("{:04o}", settings.socketMode));
  set("LARAVEL_PATH", settings.laravelPath);
  // The shell's word for the working directory; ours may be another one.
  set("PWD", settings.laravelPath);
  set("WORKER_ISOLATION", config::kind::Isolation::name(settings.workerIsolation));
  set("WORKER_MAX_REQUESTS", std::to_string(settings.workerMaxRequests));
  set("WORKER_MEMORY_LIMIT", std::to_string(settings.workerMemoryLimit));
  set("DETECT", settings.detect ? "on" : "off");
  set("PHP_OPTIONS", joined(settings.phpOptions));
  if (!settings.phpMemoryLimit.empty()) {
    set("PHP_MEMORY_LIMIT", settings.phpMemoryLimit);
  }
  if (!settings.phpIni.empty()) {
    set("PHP_INI", settings.phpIni);
    // Read by PHP itself, here and in whatever it becomes.
    set("PHPRC", settings.phpIni);
  }
  return command;
}

}  // namespace bridge::upstreams
