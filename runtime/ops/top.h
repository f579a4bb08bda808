#pragma once

#include "ops/admin_client.h"

namespace bridge::ops {

/// Shows the status on the terminal, once a second, until q or Ctrl-C; the exit code. A server that goes away is waited
/// for.
[[nodiscard]] int top(const AdminClient& client);

}  // namespace bridge::ops
