#include "config/program.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bridge::config {
namespace {

using Default = Program::Default;
using OwnFlag = Program::OwnFlag;
using OwnName = Program::OwnName;
using Word = Program::Word;
using std::string_view;

constexpr std::array<string_view, 5> kChannelsGroups = {"Channels", "Listening", "Clients", "Logs", "Operators"};
constexpr std::array kChannelsDefaults = {Default{"SERVE_LARAVEL", "off"},
                                          Default{"HTTP_PORT", "3000"},
                                          Default{"CHANNELS_MOUNT", "/channels"},
                                          Default{"CHANNELS_STATE_PATH", "/state"},
                                          Default{"PUBSUB_MOUNT", "/pubsub"},
                                          Default{"MAX_CONNECTIONS", "100000"},
                                          Default{"LOG_DIR", ""}};
constexpr std::array kChannelsNames = {OwnName{"PORT", "HTTP_PORT"},
                                       OwnName{"REQUEST_TIMEOUT", "CHANNELS_REQUEST_TIMEOUT"}};
constexpr std::array kChannelsFlags = {OwnFlag{"-p,--port", "HTTP_PORT", "PORT"},
                                       OwnFlag{"-r,--request-timeout", "CHANNELS_REQUEST_TIMEOUT", "SECONDS"}};

constexpr std::array<string_view, 5> kUrocketGroups = {"Exec", "Listening", "Clients", "Logs", "Operators"};
constexpr std::array kUrocketDefaults = {Default{"SERVE_LARAVEL", "off"},
                                         Default{"UROCKET_CONFIG", "urocket-service.yaml"}, Default{"LOG_DIR", ""}};
constexpr std::array kUrocketFlags = {OwnFlag{"-c,--config", "UROCKET_CONFIG", "FILE"},
                                      OwnFlag{"-p,--port", "HTTP_PORT", "PORT"}};

constexpr std::array kUrocketWords = {Word{.name = "parse", .checks = true}, Word{.name = "dry", .checks = true},
                                      Word{.name = "run"}};

constexpr std::array<string_view, 5> kTunnelGroups = {"Tunnel", "Listening", "Clients", "Logs", "Operators"};
constexpr std::array kTunnelDefaults = {Default{"SERVE_LARAVEL", "off"}, Default{"HTTP_PORT", "7070"},
                                        Default{"TUNNEL_MOUNT", "/__runner"}, Default{"LOG_DIR", ""}};
constexpr std::array kTunnelNames = {OwnName{"PORT", "HTTP_PORT"}};
constexpr std::array kTunnelFlags = {
    OwnFlag{"-p,--port", "HTTP_PORT", "PORT"}, OwnFlag{"-c,--config", "TUNNEL_CONFIG", "FILE"},
    OwnFlag{"-w,--worker", "TUNNEL_WORKER", "COMMAND"}, OwnFlag{"-n,--workers", "TUNNEL_WORKERS", "COUNT"}};

constexpr std::array<string_view, 5> kLambdasGroups = {"Lambdas", "Listening", "Clients", "Logs", "Operators"};
constexpr std::array kLambdasDefaults = {Default{"SERVE_LARAVEL", "off"}, Default{"HTTP_PORT", "3000"},
                                         Default{"LAMBDAS_MANIFEST", "manifest.xml"}, Default{"LAMBDAS_MOUNT", "/"},
                                         Default{"LOG_DIR", ""}};
constexpr std::array kLambdasNames = {
    OwnName{"BIND_ADDRESS", "HTTP_HOST", "HTTP_PORT"}, OwnName{"REQUEST_TIMEOUT", "LAMBDAS_REQUEST_TIMEOUT"},
    OwnName{"ENABLE_CACHE", "LAMBDAS_CACHE"}, OwnName{.name = "RUST_LOG", .setting = "LOG_LEVEL", .filter = true}};
constexpr std::array kLambdasFlags = {OwnFlag{"manifest", "LAMBDAS_MANIFEST", "FILE"},
                                      OwnFlag{"-p,--port", "HTTP_PORT", "PORT"}};

/// One row for each command; what a kind needs stands in the arrays above.
constexpr std::array kPrograms = {
    Program{.name = "serve", .summary = "serves a Laravel application"},
    Program{.name = "channels",
            .summary = "rendezvous of HTTP clients: a POST to a channel waits for a GET of it",
            .groups = kChannelsGroups,
            .defaults = kChannelsDefaults,
            .names = kChannelsNames,
            .flags = kChannelsFlags,
            .exitSettings = 2,
            .exitFiles = 2},
    Program{.name = "urocket",
            .summary = "one process for each request, as urocket-service.yaml says",
            .groups = kUrocketGroups,
            .defaults = kUrocketDefaults,
            .flags = kUrocketFlags,
            .words = kUrocketWords,
            .exitSettings = 2,
            .exitFiles = 1},
    Program{.name = "tunnel",
            .summary = "Runner Tunnel HTTP Protocol: tasks and events, run by workers on stdin and stdout",
            .groups = kTunnelGroups,
            .defaults = kTunnelDefaults,
            .names = kTunnelNames,
            .flags = kTunnelFlags,
            .exitSettings = 2,
            .exitFiles = 2},
    Program{.name = "lambdas",
            .summary = "local processes that answer paths, as manifest.xml says",
            .groups = kLambdasGroups,
            .defaults = kLambdasDefaults,
            .names = kLambdasNames,
            .flags = kLambdasFlags,
            .exitSettings = 2,
            .exitFiles = 1},
};

}  // namespace

string_view Program::initial(string_view setting, string_view initial) const {
  const auto found = std::ranges::find(defaults, setting, &Default::setting);
  return found == defaults.end() ? initial : found->value;
}

bool Program::takes(string_view variable, string_view setting) const {
  const auto found = std::ranges::find(names, variable, &OwnName::name);
  return found != names.end() && found->setting != setting;
}

const Program& serveProgram() { return kPrograms.front(); }

std::span<const Program> programs() { return kPrograms; }

std::map<std::string, OwnValue, std::less<>> ownValues(const Program& program, const Variables& environment) {
  std::map<std::string, OwnValue, std::less<>> values;
  for (const auto& own : program.names) {
    const auto found = environment.find(own.name);
    if (found == environment.end() || found->second.empty()) {
      continue;
    }
    const std::string& value = found->second;
    if (own.filter) {
      const auto first = value.substr(0, value.find(','));
      values[std::string(own.setting)] = {std::string(own.name), first.substr(first.find('=') + 1)};
      continue;
    }
    const auto colon = own.port.empty() ? std::string::npos : value.rfind(':');
    auto first = value.substr(0, colon);
    if (colon != std::string::npos && first.starts_with('[') && first.ends_with(']')) {
      first = first.substr(1, first.size() - 2);  // [::1]:80
    }
    values[std::string(own.setting)] = {std::string(own.name), std::move(first)};
    if (!own.port.empty()) {
      // Without a colon the port is missing, which no number will be.
      values[std::string(own.port)] = {std::string(own.name) + " (ADDRESS:PORT)",
                                       colon == std::string::npos ? value : value.substr(colon + 1)};
    }
  }
  return values;
}

}  // namespace bridge::config
