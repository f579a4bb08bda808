#include "base/environment.h"

#include <cstdlib>

namespace bridge {

std::optional<std::string> takeVariable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  std::string copy(value);
  ::unsetenv(name);
  return copy;
}

}  // namespace bridge
