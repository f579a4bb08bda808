#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::http {

/// A span of a representation in bytes; never empty.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  bool operator==(const ByteRange&) const = default;
};

/// What a Range field asks of a file.
struct RangeRequest {
  /// whole: 200 with everything (no field, or one that is to be ignored); partial: 206 with `ranges`; unsatisfiable:
  /// 416 with `Content-Range: bytes */size`.
  enum class Kind { whole, partial, unsatisfiable };
  Kind kind = Kind::whole;
  std::vector<ByteRange> ranges;

  bool operator==(const RangeRequest&) const = default;
};

/// Reads `Range` (RFC 9110, 14.2) against a size. Malformed fields, other units and more than 16 ranges are ignored;
/// ranges that overlap or lie less than 80 bytes apart are joined, so that no answer is longer than the file and its
/// part heads.
[[nodiscard]] RangeRequest parseRange(std::string_view value, std::uint64_t size);

/// "bytes 0-4/10", for Content-Range.
[[nodiscard]] std::string contentRange(const ByteRange& range, std::uint64_t size);

}  // namespace bridge::http
