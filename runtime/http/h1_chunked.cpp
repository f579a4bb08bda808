#include "http/h1_chunked.h"

#include <algorithm>
#include <limits>

#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr std::size_t kExtensionLines = 16;
constexpr auto kMaxSize = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

Error bad(std::string_view detail) { return {ErrorCode::BadRequest, std::string(detail)}; }

void skipBlanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

bool skipToken(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), isTokenChar);
  const auto length = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(length);
  return length > 0;
}

bool skipQuoted(std::string_view& text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS value ] ), RFC 9112, 7.1.1; blanks with nothing behind them are no
/// BWS.
bool areExtensions(std::string_view text) {
  while (!text.empty()) {
    skipBlanks(text);
    if (text.empty() || text.front() != ';') return false;
    text.remove_prefix(1);
    skipBlanks(text);
    if (!skipToken(text)) return false;
    auto value = text;
    skipBlanks(value);
    if (value.empty() || value.front() != '=') continue;
    value.remove_prefix(1);
    skipBlanks(value);
    if (value.empty() || !(value.front() == '"' ? skipQuoted(value) : skipToken(value))) return false;
    text = value;
  }
  return true;
}

}  // namespace

Result<ChunkReader::Step> ChunkReader::feed(std::string_view data) {
  std::size_t at = 0;
  while (at < data.size()) {
    switch (state_) {
      case State::size:
      case State::extension:
        if (const auto read = sizeLine(data[at]); !read) return read.error();
        ++at;
        break;
      case State::sizeLf:
      case State::dataCr:
      case State::dataLf:
        if (const auto read = lineEnd(data[at]); !read) return read.error();
        ++at;
        break;
      case State::data: {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, data.size() - at));
        remaining_ -= length;
        if (remaining_ == 0) state_ = State::dataCr;
        return Step{at + length, data.substr(at, length), false};
      }
      case State::trailers: {
        const auto progress = trailers_.feed(data.substr(at));
        if (!progress) return progress.error();
        at += progress->consumed;
        if (progress->lines) state_ = State::done;
        break;
      }
      case State::done:
        return Step{at, {}, true};
    }
  }
  return Step{at, {}, state_ == State::done};
}

/// One byte of `chunk-size [ chunk-ext ]`. Refused at the first byte that cannot belong to it.
Result<void> ChunkReader::sizeLine(char c) {
  if (c == '\r') {
    if (lineBytes_ == 0) return bad("a chunk without a size");
    if (!areExtensions(extension_)) return bad("a malformed chunk extension");
    state_ = State::sizeLf;
    return {};
  }
  if (++lineBytes_ > limits_.chunkLine) return bad("a chunk-size line exceeds the limit");
  if (state_ == State::extension) {
    if (!isFieldChar(c)) return bad("a control character in a chunk extension");
    if (++extensionBytes_ > kExtensionLines * limits_.chunkLine) return bad("too many bytes of chunk extensions");
    extension_.push_back(c);
    return {};
  }
  if (const int digit = hexValue(c); digit >= 0) {
    if (remaining_ > (kMaxSize >> 4U)) return bad("a chunk size exceeds 63 bits");
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return {};
  }
  if (lineBytes_ == 1 || (c != ';' && c != ' ' && c != '\t')) return bad("a chunk size is no hex number");
  state_ = State::extension;
  extension_.assign(1, c);
  ++extensionBytes_;
  return {};
}

/// The LF behind a size line, and the CRLF behind the data of a chunk.
Result<void> ChunkReader::lineEnd(char c) {
  if (c != (state_ == State::dataCr ? '\r' : '\n')) return bad("a chunk line or its data does not end with CRLF");
  if (state_ == State::dataCr) {
    state_ = State::dataLf;
    return {};
  }
  if (state_ == State::dataLf) {
    state_ = State::size;
  } else {
    state_ = remaining_ == 0 ? State::trailers : State::data;
  }
  lineBytes_ = 0;
  extension_.clear();
  return {};
}

void ChunkReader::reset() {
  state_ = State::size;
  extension_.clear();
  lineBytes_ = extensionBytes_ = 0;
  remaining_ = 0;
  trailers_.reset();
}

}  // namespace bridge::http
