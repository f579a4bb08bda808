#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "loop/address.h"

namespace bridge::loop {

class Loop;

/// Who is at the other end of a Unix socket, as the kernel noted it when the connection was made.
struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// A connected TCP or Unix socket, or one end of a pipe. Has one owner, is destroyed before the Loop.
///
/// Destroying it closes the descriptor; bytes that were not written are lost, and no callback of any kind runs after
/// that. Every callback may destroy the stream. Callbacks never run inside the call that caused them.
class Stream {
 public:
  struct Events {
    /// Bytes as they arrive, never empty: at most 64 KiB at once, 256 KiB where more and more comes.
    std::function<void(Bytes)> onData;
    /// Once, last: nothing follows from the peer. Empty: an orderly end (FIN), the other direction may still be open.
    /// An Error (Io): the connection broke, while reading or in a write that has no `done` of its own.
    std::function<void(std::optional<Error>)> onEnd;
  };
  /// The bytes are with the kernel, or why not. Comes exactly once for each write unless the stream is destroyed
  /// before.
  using Done = std::function<void(Result<void>)>;

  /// Takes over a stream socket, or an end of a pipe; makes it non-blocking and close-on-exec, and sets TCP_NODELAY.
  /// The descriptor is closed where that fails.
  [[nodiscard]] static Result<std::unique_ptr<Stream>> adopt(Loop& loop, int descriptor);

  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Begins to read; a second call replaces the events.
  void startReading(Events events);
  /// Pauses: nothing arrives from now on. The end of the connection is not seen either.
  void stopReading();
  /// Goes on with the same events. Harmless while it reads, after the end and before `startReading`.
  void resumeReading();
  [[nodiscard]] bool reading() const;
  /// Takes what has already arrived (at most 1 MiB) without waiting, past the events: for the last words of a peer that
  /// is known to be dead while others hold its end open.
  [[nodiscard]] Bytes readAvailable();

  /// Writes go out in the order of the calls; what the socket takes at once is written inside the call.
  void write(Bytes data, Done done = {});
  void write(std::vector<Bytes> data, Done done = {});
  /// Bytes given to `write` which the kernel has not taken yet.
  [[nodiscard]] std::size_t pendingBytes() const;
  /// Closes the writing side after all pending writes. No `write` after it.
  void shutdown(Done done = {});
  /// Closes at once, with a RST where it is TCP, so that the peer does not take what it has for complete. Afterwards
  /// the stream is dead: no callback comes, writes and reads do nothing.
  void closeReset();

  [[nodiscard]] Address peer() const;
  [[nodiscard]] Address local() const;
  /// Nothing where it is no Unix socket.
  [[nodiscard]] std::optional<PeerCredentials> peerCredentials() const;
  /// -1 after `closeReset`.
  [[nodiscard]] int descriptor() const;

 private:
  friend class Listener;
  enum class Kind { tcp, local };
  struct Core;

  explicit Stream(Core* core) : core_(core) {}
  [[nodiscard]] static Result<std::unique_ptr<Stream>> open(Loop& loop, int descriptor, Kind kind);

  Core* core_;
};

}  // namespace bridge::loop
