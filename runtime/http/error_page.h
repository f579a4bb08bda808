#pragma once

#include <string>
#include <string_view>

namespace bridge::http {

struct ErrorPage {
  std::string_view contentType;
  std::string body;
};

/// The generic body for a status, the same for every kind of upstream: what happened in the standard words, never why;
/// the request id lets the operator find the cause in the log. `requestId` may be empty. `html`: a page for people,
/// else one line of JSON for programs.
[[nodiscard]] ErrorPage errorPage(int status, std::string_view requestId, bool html);

}  // namespace bridge::http
