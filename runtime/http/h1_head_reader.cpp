#include "http/h1_head_reader.h"

#include <algorithm>

#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr std::size_t kMaxEmptyLines = 4;
constexpr std::size_t kKeptCapacity = 4096;

Error bad(std::string_view detail) { return {ErrorCode::BadRequest, std::string(detail)}; }

}  // namespace

Result<HeadReader::Progress> HeadReader::feed(std::string_view data) {
  std::size_t begin = 0;
  auto progress = scan(data, begin);
  if (!progress && check_ != nullptr) {
    buffer_.append(data.substr(begin, limits_.requestLine));
  }
  return progress;
}

/// `begin`: where the bytes of this section begin in `data` that are not in the buffer.
Result<HeadReader::Progress> HeadReader::scan(std::string_view data, std::size_t& begin) {
  std::size_t at = 0;
  while (at < data.size()) {
    const char c = data[at];
    if (sawCr_) {
      if (c != '\n') return bad("a bare CR");
      sawCr_ = false;
      ++at;
      if (lineBytes_ == 0 && inStartLine()) {
        if (++emptyLines_ > kMaxEmptyLines) return bad("too many empty lines before the start line");
        begin = at;
        continue;
      }
      if (!buffer_.empty()) {
        buffer_.append(data, begin, at - begin);
        begin = at;
      }
      const auto lines = buffer_.empty() ? data.substr(begin, at - begin) : std::string_view(buffer_);
      const auto complete = lineEnd(lines);
      if (!complete) return complete.error();
      if (*complete) return Progress{at, lines};
      continue;
    }
    if (c == '\r') {
      sawCr_ = true;
      ++at;
      continue;
    }
    const auto length = fieldTextLength(data.substr(at));
    if (length == 0) return bad(c == '\n' ? "a bare LF" : "a control character in the head");
    if (const auto taken = takeText(data.substr(at, length)); !taken) return taken.error();
    at += length;
  }
  // What belongs to a skipped empty line is not kept.
  if (started() || !inStartLine()) buffer_.append(data, begin, data.size() - begin);
  return Progress{data.size(), std::nullopt};
}

/// A run of text within one line.
Result<void> HeadReader::takeText(std::string_view text) {
  if (lineBytes_ == 0 && (text.front() == ' ' || text.front() == '\t')) {
    return bad(inStartLine() ? "a blank before the start line" : "obs-fold: a line that begins with a blank");
  }
  lineBytes_ += text.size();
  if (lineBytes_ > (inStartLine() ? limits_.requestLine : limits_.headerLine)) return tooLong();
  if (!inStartLine()) {
    fieldBytes_ += text.size();
    if (fieldBytes_ > limits_.headerBytes) return tooLong();
  }
  return {};
}

/// The line that ends `lines` is complete. True when it was the empty one that ends the section.
Result<bool> HeadReader::lineEnd(std::string_view lines) {
  if (inStartLine()) {
    startLineDone_ = true;
    lineBytes_ = 0;
    if (const auto checked = check_(lines.substr(0, lines.size() - 2)); !checked) return checked.error();
    return false;
  }
  if (lineBytes_ == 0) return true;
  const auto line = lines.substr(lines.size() - 2 - lineBytes_, lineBytes_);
  lineBytes_ = 0;
  if (const auto colon = line.find(':'); colon == std::string_view::npos || !isToken(line.substr(0, colon))) {
    return bad("a field line does not begin with a name and a colon");
  }
  if (++fieldLines_ > limits_.headerCount) return Error{ErrorCode::HeadersTooLarge, "too many fields"};
  return false;
}

std::string_view HeadReader::startLine() const {
  const auto line = std::string_view(buffer_).substr(0, limits_.requestLine);
  return line.substr(0, line.find_first_of("\r\n"));
}

Error HeadReader::tooLong() const {
  if (inStartLine()) return {ErrorCode::UriTooLong, "the start line exceeds the limit"};
  return {ErrorCode::HeadersTooLarge,
          lineBytes_ > limits_.headerLine ? "a field line exceeds the limit" : "the fields exceed the limit"};
}

void HeadReader::reset() {
  buffer_.clear();
  if (buffer_.capacity() > kKeptCapacity) buffer_.shrink_to_fit();
  lineBytes_ = fieldBytes_ = fieldLines_ = emptyLines_ = 0;
  sawCr_ = startLineDone_ = false;
}

}  // namespace bridge::http
