#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "loop/descriptor.h"
#include "loop/inherited.h"
#include "ops/admin_client.h"
#include "process/programs.h"
#include "server/admin_doors.h"
#include "server/front.h"
#include "upstreams/php_command.h"

/// For main: what the settings mean for rooms that do not know them.
namespace bridge {

[[nodiscard]] log::Options logOptionsOf(const config::Settings& settings);
/// The limits of the front door, and its filters, at the start and after a reload. Connections that are open keep the
/// limits of a request's head.
void configure(server::Front& front, const config::Settings& settings);
/// The doors that the server opens for operators, and the one at which the commands knock.
[[nodiscard]] server::AdminDoors::Options adminDoorsOf(const config::Settings& settings);
[[nodiscard]] ops::AdminDoor adminDoorOf(const config::Settings& settings);

/// The other processes of the application. `initial`: the environment that the server was started with.
[[nodiscard]] std::vector<process::Program> programsOf(const config::Settings& settings,
                                                       const upstreams::Environment& initial);

/// Where processes of this machine publish to the topics; empty: there are none. `address` is that of the server.
[[nodiscard]] std::string pubsubUrlOf(const config::Settings& settings, const std::string& address);

/// PATH.
[[nodiscard]] std::string_view searchPath();

/// Which inherited socket is for whom.
struct SocketsByUse {
  /// For clients: in their order all that nobody else is named for.
  std::vector<loop::Descriptor> http;
  /// For operators: the one named "admin".
  loop::Descriptor admin;
};
[[nodiscard]] Result<SocketsByUse> sortOut(std::vector<loop::InheritedSocket> inherited);

}  // namespace bridge
