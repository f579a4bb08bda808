#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/h1_limits.h"

namespace bridge::http {

/// Collects the head of one message, byte for byte and once over, and refuses what no line of a head may hold: bare CR
/// or LF, NUL and control characters, obs-fold, lines beyond the limits. A head that arrives in one piece is not
/// copied.
class HeadReader {
 public:
  explicit HeadReader(const H1Limits& limits) : limits_(limits) {}

  struct Progress {
    std::size_t consumed = 0;
    /// Start line, field lines and the empty line, once complete; valid until the next call and as long as `data`.
    std::optional<std::string_view> head;
  };

  /// BadRequest, UriTooLong, HeadersTooLarge. Up to four empty lines before the start line are skipped (RFC 9112, 2.2
  /// asks for at least one).
  [[nodiscard]] Result<Progress> feed(std::string_view data);

  void reset();
  [[nodiscard]] bool started() const { return startLine_ || lineBytes_ > 0 || sawCr_; }
  /// The start line, while the head is incomplete, for checks that need not wait for the fields.
  [[nodiscard]] bool startLineComplete() const { return startLine_; }

 private:
  H1Limits limits_;
  std::string buffer_;
  std::size_t lineBytes_ = 0;
  std::size_t headBytes_ = 0;
  std::size_t lines_ = 0;
  std::size_t emptyLines_ = 0;
  bool sawCr_ = false;
  bool startLine_ = false;
};

}  // namespace bridge::http
