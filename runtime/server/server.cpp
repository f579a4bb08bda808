#include "server/server.h"

#include <utility>

#include "base/log.h"
#include "http/date.h"

namespace bridge::server {
namespace {

constexpr int kBacklog = 1024;
constexpr std::string_view kUnixPrefix = "unix:";
/// An idle connection may have a request on its way when the server begins to stop: it gets its answer.
constexpr Duration kIdleGrace = Seconds(2);
/// Complete, since a connection over the limit gets no parser: the client's request is not read.
constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";

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
  const auto onAccept = [this](std::unique_ptr<loop::Stream> stream) { accept(std::move(stream)); };
  auto listener =
      host.starts_with(kUnixPrefix)
          ? loop::Listener::unixSocket(front_.loop, host.substr(kUnixPrefix.size()), socketMode, kBacklog, onAccept)
          : loop::Listener::tcp(front_.loop, host, port, kBacklog, onAccept);
  if (!listener.ok()) {
    return std::move(listener).error();
  }
  listener_ = std::move(*listener);
  if (host.starts_with(kUnixPrefix)) {
    unixPath_ = host;
  }
  return {};
}

std::string Server::address() const {
  if (!unixPath_.empty()) {
    return unixPath_;
  }
  return "http://" + loop::toString(listener_->address());
}

void Server::accept(std::unique_ptr<loop::Stream> stream) {
  if (connections_.size() >= front_.options.maxConnections && !makeRoom()) {
    log::warn("server", "MAX_CONNECTIONS ({}) reached: a connection was refused", front_.options.maxConnections);
    auto* refused = stream.get();
    auto keep = std::make_shared<std::unique_ptr<loop::Stream>>(std::move(stream));
    refused->write(Bytes::copyOf(kTooManyConnections), [keep](const Result<void>&) { keep->reset(); });
    return;
  }
  auto connection =
      std::make_unique<Connection>(front_, std::move(stream), [this](Connection* closed) { onClosed(closed); });
  auto* started = connection.get();
  connections_.emplace(started, std::move(connection));
  started->start();
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
