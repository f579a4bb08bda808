#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.h"
#include "base/result.h"
#include "loop/file.h"
#include "loop/loop.h"
#include "upstreams/upstream.h"

namespace bridge::server {

/// Reads a span of a file piece by piece, never more than the client takes. Owned by the exchange; destroying it stops
/// the reading without a further event. `onEnd` may destroy it.
class FileSource {
 public:
  struct Events {
    std::function<void(Bytes)> onData;
    /// The span has been read, or Io: the file ended early or could not be read.
    std::function<void(Result<void>)> onEnd;
    /// Whether another piece is welcome now; where not, reading goes on at `resume`.
    std::function<bool()> mayRead;
  };

  FileSource(loop::Loop& loop, loop::OpenFile file, upstreams::FileRange range, Events events);

  /// Goes on where `mayRead` had said no.
  void resume();

 private:
  void onPiece(Result<Bytes> piece);

  loop::OpenFile opened_;
  std::uint64_t position_;
  std::uint64_t left_;
  bool reading_ = false;
  Events events_;
  loop::FileReader reader_;
};

}  // namespace bridge::server
