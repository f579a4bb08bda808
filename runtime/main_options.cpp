#include "main_options.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "server/filters/request_id.h"
#include "server/filters/server_options.h"
#include "server/filters/trusted_proxies.h"

namespace bridge {
namespace {

process::RestartPolicy::Again againOf(config::ProcessEntry::Restart restart) {
  using Again = process::RestartPolicy::Again;
  switch (restart) {
    case config::ProcessEntry::Restart::always:
      return Again::always;
    case config::ProcessEntry::Restart::onFailure:
      return Again::onFailure;
    case config::ProcessEntry::Restart::never:
      break;
  }
  return Again::never;
}

}  // namespace

log::Options logOptionsOf(const config::Settings& settings) {
  return {.level = settings.logLevel,
          .format = settings.logFormat,
          .directory = settings.logDir,
          .maxBytes = settings.logMaxSize,
          .maxFiles = static_cast<std::size_t>(settings.logMaxFiles),
          .toStderr = true};
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
                   .proxyProtocol = settings.httpProxyProtocol,
                   .trustedProxies = http::Networks(settings.trustedProxies),
                   .accessLog = settings.accessLog,
                   .logQuery = settings.logQuery,
                   .counted = true};
  front.filters.clear();
  // First: what follows speaks of the client.
  if (!front.options.trustedProxies.empty()) {
    front.filters.push_back(std::make_unique<server::TrustedProxies>(front.options.trustedProxies));
  }
  front.filters.push_back(std::make_unique<server::RequestId>());
  front.filters.push_back(std::make_unique<server::ServerOptions>());
}

server::AdminDoors::Options adminDoorsOf(const config::Settings& settings) {
  return {.socket = settings.adminSocket, .host = settings.adminListen.host, .port = settings.adminListen.port};
}

ops::AdminDoor adminDoorOf(const config::Settings& settings) {
  return {.socket = settings.adminSocket,
          .host = settings.adminListen.host,
          .port = settings.adminListen.port,
          .token = settings.adminToken};
}

std::vector<process::Program> programsOf(const config::Settings& settings, const upstreams::Environment& initial) {
  std::vector<process::Program> programs;
  for (const auto& entry : settings.processes.entries) {
    process::Program program;
    program.count = entry.count;
    program.again = againOf(entry.restart);
    auto& spec = program.spec;
    spec.name = entry.name;
    spec.file = entry.command.front();
    spec.args.assign(entry.command.begin() + 1, entry.command.end());
    if (spec.file == "artisan") {
      spec.file = settings.phpPath;
      spec.args.insert(spec.args.begin(), "artisan");
    } else if (spec.file == "php") {
      spec.file = settings.phpPath;
    }
    spec.environment = initial;
    std::erase_if(spec.environment, [](const std::string& variable) { return variable.starts_with("PWD="); });
    spec.environment.push_back("PWD=" + settings.laravelPath);
    spec.workingDirectory = settings.laravelPath;
    spec.stopSignal = entry.stopSignal;
    spec.stopTimeout = entry.stopTimeout;
    programs.push_back(std::move(program));
  }
  return programs;
}

std::string pubsubUrlOf(const config::Settings& settings, const std::string& address) {
  if (settings.pubsubMount.empty()) {
    return {};
  }
  if (!address.starts_with("http://")) {
    return "http://" + address + ":" + settings.pubsubMount;
  }
  // All addresses of the machine are none to connect to.
  for (const auto& [any, own] :
       {std::pair{"http://0.0.0.0:", "http://127.0.0.1:"}, {"http://[::]:", "http://[::1]:"}}) {
    if (const std::string_view prefix(any); address.starts_with(prefix)) {
      return own + address.substr(prefix.size()) + settings.pubsubMount;
    }
  }
  return address + settings.pubsubMount;
}

std::string_view searchPath() {
  const char* path = std::getenv("PATH");
  return path != nullptr ? path : "/usr/bin:/bin";
}

Result<SocketsByUse> sortOut(std::vector<loop::InheritedSocket> inherited) {
  SocketsByUse sockets;
  for (auto& [descriptor, name] : inherited) {
    if (name != "admin") {
      sockets.http.push_back(std::move(descriptor));
    } else if (sockets.admin.valid()) {
      return Error{ErrorCode::InvalidSettings,
                   "LISTEN_FDNAMES: two sockets are named admin; there is one door for operators"};
    } else {
      sockets.admin = std::move(descriptor);
    }
  }
  return sockets;
}

}  // namespace bridge
