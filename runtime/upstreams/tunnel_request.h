#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "http/request.h"
#include "wire/tunnel_lines.h"

namespace bridge::upstreams {

/// How the body of a request to the tunnel is written: JSON unless its type says that it is a form or bytes; an event's
/// is always JSON.
enum class TunnelBody { json, form, bytes };
[[nodiscard]] TunnelBody tunnelBodyOf(wire::TunnelJob::Type type, const http::RequestHead& head);

/// Takes over from a JSON body what it says to `job`, whose type is known: `{"input":X}` is X, and what is no such
/// object is the input itself; an event's payload has no such shorthand. BadRequest where it is no JSON.
[[nodiscard]] Result<void> readTunnelJson(std::string_view body, wire::TunnelJob& job);

/// What a worker may know of the request, as an object of JSON; the token is none of its business.
[[nodiscard]] std::string tunnelContext(const http::RequestHead& head, std::string_view tokenHeader);

/// What x-runner-context says, as JSON text; empty where it is missing or no object.
[[nodiscard]] std::string tunnelContexts(const http::RequestHead& head);

/// TUNNEL_TIMEOUT, or that of TUNNEL_TIMEOUTS for this id.
[[nodiscard]] Duration tunnelTimeout(const config::Settings& settings, std::string_view id);

}  // namespace bridge::upstreams
