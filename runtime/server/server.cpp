#include "server/server.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "http/date.h"

namespace bridge::server {
namespace {

constexpr int kBacklog = 1024;
/// Rows of the status: enough to see what hangs, few enough to be written in a millisecond.
constexpr std::size_t kRequestsShown = 100;
constexpr std::string_view kUnixPrefix = "unix:";
/// An idle connection may have a request on its way when the server begins to stop: it gets its answer.
constexpr Duration kIdleGrace = Seconds(2);
/// Connections over the limit that are given time to read why; more are reset.
constexpr std::size_t kMaxTurnedAway = 128;

}  // namespace

std::string_view Front::date() {
  const double now = loop.wallClock();
  const auto second = static_cast<std::int64_t>(now);
  if (second != dateSecond_) {
    dateSecond_ = second;
    date_ = http::formatDate(second);
  }
  return date_;
}

Result<void> Server::listen(const std::string& host, int port, unsigned socketMode) {
  auto listener = openNext(host, port, socketMode);
  if (!listener.ok()) {
    return std::move(listener).error();
  }
  take(std::move(*listener));
  return {};
}

Result<void> Server::listen(std::vector<loop::Descriptor> inherited) {
  auto listener = loop::Listener::inherit(front_.loop, std::move(inherited),
                                          [this](std::unique_ptr<loop::Stream> stream) { accept(std::move(stream)); });
  if (!listener.ok()) {
    return std::move(listener).error();
  }
  take(std::move(*listener));
  return {};
}

Result<std::unique_ptr<loop::Listener>> Server::openNext(const std::string& host, int port, unsigned socketMode) {
  const auto onAccept = [this](std::unique_ptr<loop::Stream> stream) { accept(std::move(stream)); };
  auto listener =
      host.starts_with(kUnixPrefix)
          ? loop::Listener::unixSocket(front_.loop, host.substr(kUnixPrefix.size()), socketMode, kBacklog, onAccept)
          : loop::Listener::tcp(front_.loop, host, port, kBacklog, onAccept);
  if (listener.ok()) {
    (*listener)->pause();
  }
  return listener;
}

void Server::move(std::unique_ptr<loop::Listener> next) {
  if (front_.draining) {
    return;
  }
  listener_->acceptWaiting();
  take(std::move(next));
}

void Server::take(std::unique_ptr<loop::Listener> listener) {
  listener_ = std::move(listener);
  listener_->resume();
  address_ = addressOf(*listener_);
}

std::string Server::addressOf(const loop::Listener& listener) {
  auto address = loop::toString(listener.address());
  return address.starts_with(kUnixPrefix) ? address : "http://" + address;
}

void Server::accept(std::unique_ptr<loop::Stream> stream) {
  if (connections_.size() >= front_.options.maxConnections && !makeRoom()) {
    turnAway(std::move(stream));
    return;
  }
  auto connection =
      std::make_unique<Connection>(front_, std::move(stream), [this](Connection* closed) { onClosed(closed); });
  auto* started = connection.get();
  if (front_.options.counted) {
    metrics::all().accepted.add();
  }
  connections_.emplace(started, std::move(connection));
  started->start();
}

void Server::turnAway(std::unique_ptr<loop::Stream> stream) {
  if (turnedAway_.size() >= kMaxTurnedAway) {
    if (front_.options.counted) {
      metrics::all().rejections[errorInfo(ErrorCode::TooManyConnections).name].add();
    }
    stream->closeReset();
    return;
  }
  auto connection = std::make_unique<Connection>(front_, std::move(stream), [this](Connection* closed) {
    auto keep = std::make_shared<std::unique_ptr<Connection>>(std::move(turnedAway_.extract(closed).mapped()));
    front_.loop.defer([keep] { keep->reset(); });
  });
  auto* refused = connection.get();
  turnedAway_.emplace(refused, std::move(connection));
  refused->turnAway();
}

inspect::Server Server::inspect(bool withRequests) const {
  inspect::Server status{.address = address(),
                         .connections = connections_.size(),
                         .maxConnections = front_.options.maxConnections,
                         .stopping = front_.draining,
                         .exchangeCount = 0,
                         .exchanges = {}};
  std::vector<const Exchange*> oldest;
  for (const auto& [connection, owner] : connections_) {
    if (const Exchange* exchange = connection->exchange()) {
      oldest.push_back(exchange);
    }
  }
  status.exchangeCount = oldest.size();
  if (!withRequests) {
    return status;
  }
  const auto shown = oldest.begin() + static_cast<std::ptrdiff_t>(std::min(oldest.size(), kRequestsShown));
  std::partial_sort(oldest.begin(), shown, oldest.end(),
                    [](const Exchange* a, const Exchange* b) { return a->request().received < b->request().received; });
  oldest.erase(shown, oldest.end());
  const Instant now = front_.loop.preciseNow();
  for (const Exchange* exchange : oldest) {
    const auto& request = exchange->request();
    status.exchanges.push_back({.id = request.id,
                                .client = request.client.address,
                                .method = request.head.method,
                                .path = request.head.path,
                                .state = std::string(exchange->stateName()),
                                .age = now - request.received});
  }
  return status;
}

bool Server::makeRoom() {
  Connection* oldest = nullptr;
  for (const auto& [connection, owner] : connections_) {
    if (connection->idle() && (oldest == nullptr || connection->idleSince() < oldest->idleSince())) {
      oldest = connection;
    }
  }
  if (oldest == nullptr) {
    return false;
  }
  oldest->close();
  return true;
}

void Server::onClosed(Connection* connection) {
  auto found = connections_.find(connection);
  if (found == connections_.end()) {
    return;
  }
  // The connection is on the call stack: it goes when this turn of the loop is over.
  auto keep = std::make_shared<std::unique_ptr<Connection>>(std::move(found->second));
  connections_.erase(found);
  front_.loop.defer([keep] { keep->reset(); });
  if (front_.draining && connections_.empty()) {
    finishDrain();
  }
}

void Server::drain(Duration limit, std::function<void()> done) {
  if (listener_) {
    // The kernel has answered their SYN; closing the socket would reset them.
    listener_->acceptWaiting();
  }
  front_.draining = true;
  drained_ = std::move(done);
  listener_.reset();
  if (connections_.empty()) {
    finishDrain();
    return;
  }
  std::vector<Connection*> open;
  open.reserve(connections_.size());
  for (const auto& [connection, owner] : connections_) {
    open.push_back(connection);
  }
  for (Connection* connection : open) {
    connection->drain(std::min<Duration>(kIdleGrace, limit));
  }
  drainTimer_.start(limit, [this] {
    log::warn("server", "SHUTDOWN_TIMEOUT is over: {} connections are cut", connections_.size());
    while (!connections_.empty()) {
      connections_.begin()->second->close();
    }
  });
}

void Server::finishDrain() {
  drainTimer_.stop();
  if (auto done = std::exchange(drained_, nullptr)) {
    front_.loop.defer(std::move(done));
  }
}

}  // namespace bridge::server
