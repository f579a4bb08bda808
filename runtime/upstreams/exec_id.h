#pragma once

#include <string>

namespace bridge::upstreams {

/// A random UUID (RFC 9562, version 4) from the kernel's generator: nobody guesses the id of somebody else's request.
[[nodiscard]] std::string randomUuid();

}  // namespace bridge::upstreams
