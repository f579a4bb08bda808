#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/h1_limits.h"
#include "http/networks.h"
#include "loop/loop.h"
#include "routes/router.h"
#include "server/filters/filter.h"
#include "upstreams/upstream.h"

namespace bridge::ops {
class RecentFailures;
}

namespace bridge::server {

/// Limits and patience toward clients. Bytes and durations.
struct Options {
  http::H1Limits head;
  std::uint64_t maxBody = 64U << 20U;
  std::size_t maxConnections = 10240;
  /// Requests on one connection before it is closed; 0: no limit.
  std::uint64_t keepAliveRequests = 0;
  Duration headerTimeout = Seconds(10);
  Duration bodyIdleTimeout = Seconds(30);
  Duration keepAliveTimeout = Seconds(75);
  Duration writeIdleTimeout = Seconds(60);
  /// Whether each connection begins with a header of the PROXY protocol; taken from trusted proxies only.
  bool proxyProtocol = false;
  http::Networks trustedProxies{};
  bool accessLog = true;
  bool logQuery = false;
  /// Whether the metrics count what comes in here; not for operators' own requests.
  bool counted = true;
};

/// What all connections of the front door share. Owned by the server, filled before the first connection.
struct Front {
  explicit Front(loop::Loop& owner) : loop(owner) {}

  loop::Loop& loop;
  Options options;
  std::vector<std::unique_ptr<Filter>> filters;
  routes::Router<upstreams::Upstream*> router;
  /// Told of every failed request; null: nobody is. Outlives the server.
  ops::RecentFailures* failures = nullptr;
  /// Set once, when the server stops: every answer from then on closes its connection.
  bool draining = false;

  /// The current time as the value of a Date field, formatted once a second.
  [[nodiscard]] std::string_view date();

 private:
  std::int64_t dateSecond_ = -1;
  std::string date_;
};

}  // namespace bridge::server
