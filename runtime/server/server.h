#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/inspect.h"
#include "base/result.h"
#include "loop/descriptor.h"
#include "loop/listener.h"
#include "loop/timer.h"
#include "server/connection.h"
#include "server/front.h"

namespace bridge::server {

/// The front door: listens, owns every client connection, and closes in order.
///
/// Built by main, which keeps it until the loop has ended. `front` is filled before `listen`.
class Server {
 public:
  explicit Server(loop::Loop& loop) : front_(loop), drainTimer_(loop) {}

  [[nodiscard]] Front& front() { return front_; }

  /// Begins to accept. `host` is an IPv4 or IPv6 address, a name, or `unix:PATH`; port 0 takes any free port.
  /// `socketMode` is the file mode of a Unix socket.
  [[nodiscard]] Result<void> listen(const std::string& host, int port, unsigned socketMode);
  /// The same on sockets, at least one, that somebody else has opened (socket activation).
  [[nodiscard]] Result<void> listen(std::vector<loop::Descriptor> inherited);
  /// Opens a port beside the one that is served, for `move` or for nothing. Connections to it wait meanwhile.
  [[nodiscard]] Result<std::unique_ptr<loop::Listener>> openNext(const std::string& host, int port,
                                                                 unsigned socketMode);
  /// Serves that one from now on, and closes the port before; who is connected there stays.
  void move(std::unique_ptr<loop::Listener> next);
  /// "http://127.0.0.1:8080" or "unix:/path", as a person would type it.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// As people write it: http://HOST:PORT, or unix:PATH.
  [[nodiscard]] static std::string addressOf(const loop::Listener& listener);

  /// Stops accepting; answers in progress are completed until `limit`, then cut. `done` is called once, when the last
  /// connection has gone. A second call with a shorter limit takes its place.
  void drain(Duration limit, std::function<void()> done);

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  /// For the status; `withRequests`: also those that are under way, the oldest hundred of them.
  [[nodiscard]] inspect::Server inspect(bool withRequests) const;

 private:
  void take(std::unique_ptr<loop::Listener> listener);
  void accept(std::unique_ptr<loop::Stream> stream);
  void turnAway(std::unique_ptr<loop::Stream> stream);
  [[nodiscard]] bool makeRoom();
  void onClosed(Connection* connection);
  void finishDrain();

  Front front_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  /// Those over the limit, until they have read their 503.
  std::unordered_map<Connection*, std::unique_ptr<Connection>> turnedAway_;
  std::unique_ptr<loop::Listener> listener_;
  std::string address_;
  std::function<void()> drained_;
  loop::Timer drainTimer_;
};

}  // namespace bridge::server
