#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/h1_limits.h"

namespace bridge::http {

/// Collects the lines of one head or trailer section, each byte looked at once, and refuses what none of them may
/// hold: bare CR or LF (RFC 9112, 2.2 would allow bare LF; half of all smuggling begins with it), NUL and control
/// characters, obs-fold, a field name that is no token, lines beyond the limits. A section that arrives in one piece is
/// not copied.
class HeadReader {
 public:
  /// Looks at a complete start line before the fields are waited for.
  using StartLineCheck = Result<void> (*)(std::string_view line);

  /// Without a check there is no start line: the trailer section of a chunked body.
  HeadReader(const H1Limits& limits, StartLineCheck check) : limits_(limits), check_(check) {}

  struct Progress {
    std::size_t consumed = 0;
    /// All lines with their ends and the empty line, once complete; valid until the next call and as long as `data`.
    std::optional<std::string_view> lines;
  };

  /// BadRequest, UriTooLong, HeadersTooLarge, or what the check says. Up to four empty lines before a start line are
  /// skipped (RFC 9112, 2.2 asks for at least one).
  [[nodiscard]] Result<Progress> feed(std::string_view data);

  void reset();
  /// A byte other than those of skipped empty lines was seen.
  [[nodiscard]] bool started() const { return lineBytes_ > 0 || startLineDone_; }
  [[nodiscard]] std::size_t fieldLines() const { return fieldLines_; }
  /// What came of the start line of a section that is not complete, or was refused; at most as long as its limit.
  [[nodiscard]] std::string_view startLine() const;

 private:
  Result<Progress> scan(std::string_view data, std::size_t& begin);
  [[nodiscard]] bool inStartLine() const { return check_ != nullptr && !startLineDone_; }
  Result<void> takeText(std::string_view text);
  Result<bool> lineEnd(std::string_view lines);
  [[nodiscard]] Error tooLong() const;

  H1Limits limits_;
  StartLineCheck check_;
  std::string buffer_;
  std::size_t lineBytes_ = 0;
  std::size_t fieldBytes_ = 0;
  std::size_t fieldLines_ = 0;
  std::size_t emptyLines_ = 0;
  bool sawCr_ = false;
  bool startLineDone_ = false;
};

}  // namespace bridge::http
