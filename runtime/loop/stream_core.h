#pragma once

// What libuv knows of a Stream; included by the sources of the Stream alone.

#include <optional>
#include <utility>
#include <vector>

#include "loop/handle.h"
#include "loop/stream.h"

namespace bridge::loop {

union AnyStream {
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

struct Stream::Core : Block<AnyStream> {
  struct Write {
    uv_write_t uv{};
    std::vector<Bytes> data;
    Done done;
    Core* core = nullptr;
  };
  struct Shutdown {
    uv_shutdown_t uv{};
    Done done;
    Core* core = nullptr;
  };
  struct Finished {
    Done done;
    Result<void> result;
  };

  using Block::Block;

  [[nodiscard]] uv_stream_t* stream() { return &uv.stream; }
  [[nodiscard]] int descriptor();
  void startReading();
  void onRead(ssize_t count, const uv_buf_t* buffer);
  void end(std::optional<Error> error);
  void write(std::vector<Bytes> data, Done done);
  void write(Bytes data, Done done);
  /// Bytes that the socket took at once, or libuv's error.
  long writeNow(const Bytes* data, std::size_t count);
  /// Whether nothing is left to do of a write of `total` bytes; `done` is seen to then.
  bool finishedWith(long taken, std::size_t total, Done& done);
  /// Leaves the data, but for the bytes skipped, to libuv.
  void queue(std::vector<Bytes> data, std::size_t skip, Done done);
  void onWritten(Write* request, int status);
  void onShutdown(Shutdown* request, int status);
  /// Tells `done`, later in this turn.
  void finish(Done done, Result<void> result);
  void tellFinished();

  Slot<Bytes> onData;
  Slot<std::optional<Error>> onEnd;
  bool hasEvents = false;
  bool reading = false;
  /// The last read was full.
  bool muchComes = false;
  bool ended = false;
  /// Requests with libuv. While there is one, nothing is written past it.
  int writes = 0;
  std::vector<Finished> finished;
};

}  // namespace bridge::loop
