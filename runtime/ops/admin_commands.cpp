#include "ops/admin_commands.h"

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <unistd.h>

#include <cstdio>

#include "ops/status_text.h"
#include "ops/terminal.h"
#include "ops/top.h"

namespace bridge::ops {
namespace {

constexpr int kHttpOk = 200;
constexpr int kHttpAccepted = 202;
/// A server that stops waits for its requests; how long at most, it knows better.
constexpr Duration kStopLimit = Seconds(24 * 3600);

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void complain(const std::string& text) { std::fprintf(stderr, "laravel-bridge: %s\n", text.c_str()); }

int noServer(const AdminClient& client, const Error& error) {
  complain("no server answers at " + client.door().name() + ": " + error.detail);
  return kExitNoServer;
}

/// What the server gave as its reason, else its status.
std::string reasonOf(const AdminReply& reply) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(reply.body.c_str());
  const auto* reason = json.HasParseError() ? nullptr : rapidjson::Pointer("/reason").Get(json);
  return reason != nullptr && reason->IsString() ? reason->GetString()
                                                 : "it answered with status " + std::to_string(reply.status);
}

/// What of the changed settings the reload has left as it was.
void tellNotMade(const AdminReply& reply) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(reply.body.c_str());
  const auto* changes = json.HasParseError() ? nullptr : rapidjson::Pointer("/not_made").Get(json);
  if (changes == nullptr || !changes->IsArray()) {
    return;
  }
  for (const auto& change : changes->GetArray()) {
    if (change.IsString()) {
      complain(change.GetString());
    }
  }
}

/// The server's process, where its own word and the kernel's are the same: a socket may have been opened by another one
/// for it, and a pid may be that of another container.
pid_t processOf(const AdminReply& reply) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(reply.body.c_str());
  const auto* pid = json.HasParseError() ? nullptr : rapidjson::Pointer("/pid").Get(json);
  return pid != nullptr && pid->IsInt() && pid->GetInt() == reply.server ? reply.server : 0;
}

int show(const AdminClient& client, const AdminCommand& command) {
  const auto reply = client.ask("GET", "/-/status");
  if (!reply.ok()) {
    return noServer(client, reply.error());
  }
  if (reply->status != kHttpOk) {
    complain("the server refuses: " + reasonOf(*reply));
    return kExitRefused;
  }
  const bool workers = command.name == "workers";
  const TextStyle style{.width = 0, .coloured = ::isatty(STDOUT_FILENO) == 1};
  const auto text = command.json ? Result<std::string>(reply->body)
                    : workers    ? workersText(reply->body, style)
                                 : statusText(reply->body, style);
  if (!text.ok()) {
    complain(text.error().detail);
    return kExitRefused;
  }
  print(*text);
  return workers || saysReady(reply->body) ? kExitDone : kExitRefused;
}

int reload(const AdminClient& client, bool wait) {
  const auto reply =
      client.ask("POST", wait ? "/-/reload?wait=1" : "/-/reload", wait ? AdminClient::kNoLimit : Seconds(10));
  if (!reply.ok()) {
    return noServer(client, reply.error());
  }
  if (reply->status != kHttpOk && reply->status != kHttpAccepted) {
    complain("not reloaded: " + reasonOf(*reply));
    return kExitRefused;
  }
  tellNotMade(*reply);
  print(wait ? "reloaded: the new workers serve\n" : "reload begun\n");
  return kExitDone;
}

int stop(const AdminClient& client, bool wait) {
  const auto reply = client.ask("POST", "/-/stop");
  if (!reply.ok()) {
    return noServer(client, reply.error());
  }
  if (reply->status != kHttpAccepted) {
    complain("not stopped: " + reasonOf(*reply));
    return kExitRefused;
  }
  if (!wait) {
    print("stop begun\n");
    return kExitDone;
  }
  if (!client.waitForEnd(processOf(*reply), kStopLimit)) {
    complain("the server still runs");
    return kExitRefused;
  }
  print("stopped\n");
  return kExitDone;
}

}  // namespace

int runAdminCommand(const AdminCommand& command, const AdminDoor& door) {
  if (door.socket.empty() && door.host.empty()) {
    complain("ADMIN_SOCKET is off and ADMIN_LISTEN names no address: there is no way to ask the server");
    return kExitNoServer;
  }
  const AdminClient client(door);
  if (command.name == "reload") {
    return reload(client, command.wait);
  }
  if (command.name == "stop") {
    return stop(client, command.wait);
  }
  if (command.name == "top" && Terminal::available()) {
    return top(client);
  }
  // Into a pipe, the picture of this moment is all that top can give.
  return show(client, command);
}

}  // namespace bridge::ops
