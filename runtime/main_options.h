#pragma once

#include "base/log.h"
#include "config/settings.h"
#include "ops/admin_client.h"
#include "server/admin_doors.h"
#include "server/front.h"

/// For main: what the settings mean for rooms that do not know them.
namespace bridge {

[[nodiscard]] log::Options logOptionsOf(const config::Settings& settings);
/// The limits of the front door, and its filters.
void configure(server::Front& front, const config::Settings& settings);
/// The doors that the server opens for operators, and the one at which the commands knock.
[[nodiscard]] server::AdminDoors::Options adminDoorsOf(const config::Settings& settings);
[[nodiscard]] ops::AdminDoor adminDoorOf(const config::Settings& settings);

}  // namespace bridge
