#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bridge::wire {

/// The numbers of a frame, as drawn in PROTOCOL.md.
constexpr std::size_t kFrameHeader = 4;
constexpr std::size_t kMaxMessage = std::size_t{1} << 20U;
constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20U;
constexpr char kMessageMarker = '{';
constexpr char kBytesMarker = '\0';

/// What a FrameReader hands out: a whole message, or some bytes of a body.
struct Frame {
  enum class Kind { message, bytes };

  Kind kind = Kind::bytes;
  /// The JSON of a message; lives until the reader is called again.
  std::string_view message;
  /// Body bytes: a part of a frame, as much of it as has arrived, so that nobody waits for the rest. Empty for a frame
  /// that holds none.
  Bytes bytes;
};

/// Cuts a stream of bytes into frames. Owned by whoever reads the connection; does no I/O.
///
///   reader.feed(std::move(chunk));
///   while (true) {
///     auto frame = reader.next();
///     if (!frame) ...        // ProtocolViolation: close the connection, the reader is of no more use
///     if (!*frame) break;    // more bytes are needed
///   }
///
/// It holds what was fed and not yet taken, at most one incomplete message beside it, and never takes memory for what a
/// length announces. Body bytes are moved where a chunk holds nothing else, and copied once where it does.
class FrameReader {
 public:
  void feed(Bytes chunk);
  [[nodiscard]] Result<std::optional<Frame>> next();

  /// Whether the stream may end here: no frame has begun and none is waiting.
  [[nodiscard]] bool atBoundary() const { return bodyLeft_ == 0 && available() == 0; }
  /// Bytes held.
  [[nodiscard]] std::size_t buffered() const { return available(); }

 private:
  [[nodiscard]] std::size_t available() const { return buffer_.size() - start_; }
  [[nodiscard]] Frame takeBody();
  [[nodiscard]] Error violation(std::string detail);

  std::string buffer_;
  std::size_t start_ = 0;
  /// Bytes of the current body frame that are still to come.
  std::size_t bodyLeft_ = 0;
  bool broken_ = false;
};

/// The four bytes before a payload of `length` bytes, which must be within the bounds above.
void putFrameHeader(char* out, std::size_t length);

/// A message that is already JSON, as one frame.
[[nodiscard]] Bytes messageFrame(std::string_view json);

/// Adds `data` to `out` as frames of at most kMaxBodyBytes each: a small piece for the header, then the data itself,
/// moved and not copied where one frame holds it. Nothing for empty data.
void appendBodyFrames(std::vector<Bytes>& out, Bytes data);

}  // namespace bridge::wire
