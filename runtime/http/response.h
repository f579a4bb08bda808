#pragma once

#include <string>
#include <string_view>

#include "http/headers.h"

namespace bridge::http {

/// Status line and fields of an answer before framing: the writer owns Connection, Transfer-Encoding and Date.
struct ResponseHead {
  int status = 200;
  /// Empty: the standard phrase of the status.
  std::string reason;
  Headers headers;
};

/// The standard phrase ("Not Found"); "Unknown" for a status nobody registered.
[[nodiscard]] std::string_view reasonPhrase(int status);

}  // namespace bridge::http
