#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bridge::routes {

/// What a pattern captured from a path, by name; still percent-encoded.
using Params = std::map<std::string, std::string, std::less<>>;

/// A path pattern: `/status` one path, `/users/{id}` one segment captured, `/files/*` everything below (and `/files`
/// itself), `/*` every path. The wildcard stands only at the end.
class Pattern {
 public:
  /// InvalidSettings with what is wrong with the text.
  [[nodiscard]] static Result<Pattern> parse(std::string_view text);

  /// `path` is the raw path of a request, without its query.
  [[nodiscard]] std::optional<Params> match(std::string_view path) const;

  /// Whether this pattern goes before `other` where both match: at the first segment that differs a literal beats a
  /// capture, and a capture beats the wildcard.
  [[nodiscard]] bool moreSpecificThan(const Pattern& other) const;

  /// Whether both match the same paths: they differ at most in the names of what they capture.
  [[nodiscard]] bool sameAs(const Pattern& other) const;

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  enum class Kind { literal, capture, rest };
  struct Segment {
    Kind kind;
    std::string text;
  };

  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace bridge::routes
