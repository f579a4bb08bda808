#pragma once

#include <cstdint>
#include <string_view>

#include "http/headers.h"

namespace bridge::http {

/// What names one state of a representation: its entity tag with quotes (and `W/` where it is weak), and the second of
/// its last change. Either may be missing: an empty tag, a negative second.
struct Validators {
  std::string_view etag;
  std::int64_t modified = -1;
};

/// What the preconditions of a request make of its answer: 304 and 412 stand for themselves.
enum class Precondition { proceed, notModified, failed };

/// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110, 13.2.2. `now` in
/// seconds, for dates with two digits of year. Dates that are none are ignored.
[[nodiscard]] Precondition checkPreconditions(std::string_view method, const Headers& headers,
                                              const Validators& validators, std::int64_t now);

/// Whether a Range field counts: there is no If-Range, or it still names this state (RFC 9110, 13.1.5).
[[nodiscard]] bool rangeApplies(const Headers& headers, const Validators& validators, std::int64_t now);

}  // namespace bridge::http
