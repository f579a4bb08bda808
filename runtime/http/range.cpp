#include "http/range.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "http/headers.h"
#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr std::size_t kMaxRanges = 16;
constexpr std::uint64_t kBeyond = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kGap = 80;  // about what the head of a part costs (RFC 9110, 15.3.7.2)

/// One range-spec against a size. Nothing where it is malformed; length 0 where it lies outside.
std::optional<ByteRange> readRange(std::string_view spec, std::uint64_t size) {
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = spec.substr(0, dash);
  const auto last = spec.substr(dash + 1);
  const auto isNumber = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  // A number too large for us lies beyond every file.
  const auto valueOf = [](std::string_view text) { return parseDecimal(text).value_or(kBeyond); };
  if (first.empty()) {
    if (!isNumber(last)) return std::nullopt;
    const auto length = std::min(valueOf(last), size);
    return ByteRange{size - length, length};
  }
  if (!isNumber(first) || (!last.empty() && !isNumber(last))) return std::nullopt;
  const auto from = valueOf(first);
  const auto to = last.empty() ? kBeyond : valueOf(last);
  if (to < from) return std::nullopt;
  if (from >= size) return ByteRange{size, 0};
  return ByteRange{from, std::min(to, size - 1) - from + 1};
}

/// Joined and in order where two lie close; as asked for otherwise.
std::vector<ByteRange> joined(std::vector<ByteRange> ranges) {
  auto sorted = ranges;
  std::ranges::sort(sorted, {}, &ByteRange::offset);
  std::vector<ByteRange> result;
  for (const auto& range : sorted) {
    if (result.empty() || range.offset > result.back().offset + result.back().length + kGap) {
      result.push_back(range);
      continue;
    }
    auto& last = result.back();
    last.length = std::max(last.offset + last.length, range.offset + range.length) - last.offset;
  }
  return result.size() == ranges.size() ? ranges : result;
}

}  // namespace

RangeRequest parseRange(std::string_view value, std::uint64_t size) {
  const auto equals = value.find('=');
  if (equals == std::string_view::npos || !equalsIgnoreCase(value.substr(0, equals), "bytes")) return {};
  auto rest = value.substr(equals + 1);
  std::vector<ByteRange> ranges;
  std::size_t specs = 0;
  while (true) {
    const auto comma = rest.find(',');
    // Empty elements of a list count for nothing (RFC 9110, 5.6.1.2).
    if (const auto spec = trimBlanks(rest.substr(0, comma)); !spec.empty()) {
      const auto range = readRange(spec, size);
      if (!range || ++specs > kMaxRanges) return {};
      if (range->length > 0) ranges.push_back(*range);
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (specs == 0) return {};
  if (ranges.empty()) return {.kind = RangeRequest::Kind::unsatisfiable, .ranges = {}};
  return {.kind = RangeRequest::Kind::partial, .ranges = joined(std::move(ranges))};
}

std::string contentRange(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.offset) + "-" + std::to_string(range.offset + range.length - 1) + "/" +
         std::to_string(size);
}

}  // namespace bridge::http
