#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "loop/address.h"
#include "loop/descriptor.h"
#include "loop/stream.h"
#include "loop/timer.h"

namespace bridge::loop {

/// Listens and accepts. Owned by whoever serves the connections, destroyed before the Loop; destroying it closes the
/// sockets and removes the socket file if that is still the one it made. `onAccept` may pause or destroy it.
///
/// When descriptors run out it rests for 100 ms at a time; clients wait in the kernel's backlog meanwhile.
class Listener {
 public:
  using OnAccept = std::function<void(std::unique_ptr<Stream>)>;

  /// `host` is an IPv4 or IPv6 address, or a name, which is resolved here (blocking: for the start only) and listened
  /// on with all its addresses. Port 0: any free one. The error says what an operator can do.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> tcp(Loop& loop, const std::string& host, int port, int backlog,
                                                             OnAccept onAccept);
  /// The socket file has `mode` from the moment it exists. A socket file that nobody listens on is replaced; a live
  /// one, and a file that is no socket, is refused and left alone.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> unixSocket(Loop& loop, const std::string& path, mode_t mode,
                                                                    int backlog, OnAccept onAccept);
  /// Sockets, at least one, that somebody else has bound and listens on (socket activation). Their files are never
  /// removed.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> inherit(Loop& loop, std::vector<Descriptor> sockets,
                                                                 OnAccept onAccept);

  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Where it listens: the real port, the first address where a name has several.
  [[nodiscard]] Address address() const;

  /// Stops and resumes accepting; the kernel goes on queueing connections up to the backlog.
  void pause();
  void resume();
  /// Accepts all that wait now: before the listener is destroyed while the server goes on. Their `onAccept` comes
  /// inside the call and must not destroy the listener.
  void acceptWaiting();

 private:
  struct Socket;

  Listener(Loop& loop, OnAccept onAccept);
  /// Takes over a socket that listens.
  Result<void> add(int descriptor);
  /// At most so many; the result tells how many there were.
  int accept(const Socket& socket);
  void rest(int errorNumber);
  /// Watches the sockets, or not, as `paused_` and `resting_` say.
  void watch();

  Loop& loop_;
  std::shared_ptr<const OnAccept> onAccept_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  bool paused_ = false;
  bool resting_ = false;
  std::optional<Instant> lastComplaint_;
  Timer restTimer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::loop
