#include "routes/pattern.h"

#include <algorithm>

namespace bridge::routes {
namespace {

/// The part of `path` before the next slash; moves `path` behind it and says whether a slash followed.
std::string_view takeSegment(std::string_view& path, bool& more) {
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  more = slash != std::string_view::npos;
  path.remove_prefix(more ? slash + 1 : path.size());
  return segment;
}

Error invalid(std::string_view text, std::string_view why) {
  return {ErrorCode::InvalidSettings, "pattern '" + std::string(text) + "': " + std::string(why)};
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') {
    return invalid(text, "must begin with '/'");
  }
  Pattern pattern;
  pattern.text_ = text;
  std::string_view rest = text.substr(1);
  bool more = true;
  while (more) {
    const std::string_view segment = takeSegment(rest, more);
    if (segment == "*") {
      if (more) {
        return invalid(text, "'*' stands only at the end");
      }
      pattern.segments_.push_back({Kind::rest, {}});
    } else if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
      pattern.segments_.push_back({Kind::capture, std::string(segment.substr(1, segment.size() - 2))});
    } else if (segment.find_first_of("*{}") != std::string_view::npos) {
      return invalid(text, "'*' and '{name}' are whole segments");
    } else {
      pattern.segments_.push_back({Kind::literal, std::string(segment)});
    }
  }
  return pattern;
}

std::optional<Params> Pattern::match(std::string_view path) const {
  if (path.empty() || path.front() != '/') {
    return std::nullopt;
  }
  path.remove_prefix(1);
  Params params;
  bool more = true;
  for (const Segment& segment : segments_) {
    if (segment.kind == Kind::rest) {
      params.emplace("*", path);
      return params;
    }
    if (!more) {
      return std::nullopt;
    }
    const std::string_view part = takeSegment(path, more);
    if (segment.kind == Kind::literal ? part != segment.text : part.empty()) {
      return std::nullopt;
    }
    if (segment.kind == Kind::capture) {
      params.emplace(segment.text, part);
    }
  }
  if (more) {
    return std::nullopt;
  }
  return params;
}

bool Pattern::sameAs(const Pattern& other) const {
  return std::ranges::equal(segments_, other.segments_, [](const Segment& a, const Segment& b) {
    return a.kind == b.kind && (a.kind != Kind::literal || a.text == b.text);
  });
}

bool Pattern::moreSpecificThan(const Pattern& other) const {
  const std::size_t common = std::min(segments_.size(), other.segments_.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (segments_[i].kind != other.segments_[i].kind) {
      return segments_[i].kind < other.segments_[i].kind;
    }
  }
  return segments_.size() > other.segments_.size();
}

}  // namespace bridge::routes
