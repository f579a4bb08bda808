#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "http/request.h"
#include "server/front.h"
#include "upstreams/upstream.h"

namespace bridge::server {

/// What is known of an exchange when it is over. The views live as long as the call that takes it.
struct FinishedExchange {
  const http::Request& request;
  /// The pattern that routed it; empty: none did.
  std::string_view route;
  /// The kind of upstream that answered; empty: none did.
  std::string_view kind;
  /// 0: the connection was cut before a status was written.
  int status = 0;
  /// Bytes of the answer's body that were handed to the socket.
  std::uint64_t bytes = 0;
  const upstreams::ServedBy& served;
  /// What ended it, where something did; the answer then is cut, or an error page.
  const std::optional<Error>& error;
  bool cut = false;
};

/// Tells operators of it: a line of the access log, the metrics, and the list of failures where it is one.
void record(Front& front, const FinishedExchange& exchange);

}  // namespace bridge::server
