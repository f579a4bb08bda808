#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/openapi.h"
#include "http/request.h"
#include "routes/pattern.h"

namespace bridge::upstreams {

/// Why a request does not fit its OpenAPI operation.
struct ExecRefusal {
  /// 400 or 415.
  int status = 400;
  /// JSON: {"error":"validation","details":[{"place":"body[name]","message":"..."}]}.
  std::string body;
};

/// Holds parameters and body against the operation; nothing: they fit. `params` are those of the path, as they came.
[[nodiscard]] std::optional<ExecRefusal> refusalOf(const config::OpenApiOperation& operation,
                                                   const http::RequestHead& head, const routes::Params& params,
                                                   std::string_view body);

}  // namespace bridge::upstreams
