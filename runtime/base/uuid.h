#pragma once

#include <string>

namespace bridge {

/// A UUID of random bits (version 4, RFC 9562), in lower case.
[[nodiscard]] std::string randomUuid();

}  // namespace bridge
