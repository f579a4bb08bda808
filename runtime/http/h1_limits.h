#pragma once

#include <cstddef>

namespace bridge::http {

/// How much of a message may be buffered or skipped, in bytes where nothing else is said. The body has no limit here:
/// whoever receives it counts.
struct H1Limits {
  /// Method, target and version without the line end; beyond it 414 (RFC 9112, 3 recommends at least 8000).
  std::size_t requestLine = 16U * 1024U;
  /// One field line without its end; beyond it 431.
  std::size_t headerLine = 16U * 1024U;
  /// All field lines of the head, or of the trailer section, without their ends; beyond it 431.
  std::size_t headerBytes = 64U * 1024U;
  /// Fields of the head or of the trailer section.
  std::size_t headerCount = 100;
  /// One chunk-size line with its extensions; all extensions of a message together may take 16 times as much.
  std::size_t chunkLine = 4096;
};

}  // namespace bridge::http
