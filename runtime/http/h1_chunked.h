#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/h1_head_reader.h"
#include "http/h1_limits.h"

namespace bridge::http {

/// Takes the chunked coding (RFC 9112, 7.1) off a body, one step a call. Sizes are plain hex digits, lines end with
/// CRLF, extensions keep to their grammar and are dropped, trailers are checked and dropped.
class ChunkReader {
 public:
  explicit ChunkReader(const H1Limits& limits) : limits_(limits), trailers_(limits, nullptr) {}

  struct Step {
    std::size_t consumed = 0;
    /// Decoded bytes, a part of the data given; empty while lines are read.
    std::string_view body;
    /// The last chunk and the trailer section are complete.
    bool done = false;
  };

  /// Stops behind one run of body bytes, at the end of the message, or when the data is used up. BadRequest,
  /// HeadersTooLarge (trailers).
  [[nodiscard]] Result<Step> feed(std::string_view data);
  void reset();

 private:
  enum class State { size, extension, sizeLf, data, dataCr, dataLf, trailers, done };

  Result<void> sizeLine(char c);
  Result<void> lineEnd(char c);

  H1Limits limits_;
  HeadReader trailers_;
  State state_ = State::size;
  /// The size while its line is read, then the bytes of the chunk still to come.
  std::uint64_t remaining_ = 0;
  std::size_t lineBytes_ = 0;
  std::size_t extensionBytes_ = 0;
  std::string extension_;
};

}  // namespace bridge::http
