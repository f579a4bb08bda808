#pragma once

#include <utility>

#include "http/networks.h"
#include "server/filters/filter.h"

namespace bridge::server {

/// Makes of a request that came by way of trusted proxies the one that its client sent: address, scheme, host and port
/// are the client's from here on, for the log and for the application. From anybody else the fields that say such
/// things mean nothing here, and are passed on as they came.
///
/// The fields that were believed are written anew with just what was found, so that an application which trusts proxies
/// too comes to the same result, whatever the client had put into them.
class TrustedProxies final : public Filter {
 public:
  explicit TrustedProxies(http::Networks trusted) : trusted_(std::move(trusted)) {}

  std::optional<Reply> onRequest(http::Request& request) override;

 private:
  http::Networks trusted_;
};

}  // namespace bridge::server
