#include "http/multipart.h"

#include <string.h>  // NOLINT(modernize-deprecated-headers): memmem is GNU, not C++

#include <algorithm>
#include <utility>

#include "http/disposition.h"
#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr std::size_t kMaxBoundary = 70;
constexpr std::size_t kMaxPadding = 256;
constexpr std::size_t kCrlf = 2;

Error bad(std::string_view detail) { return {ErrorCode::BadRequest, std::string(detail)}; }

/// The text up to the next semicolon; a boundary has none (RFC 2046, 5.1.1), so quotes need no look.
std::string_view takeParameter(std::string_view& text) {
  const auto semicolon = std::min(text.find(';'), text.size());
  const auto parameter = trimBlanks(text.substr(0, semicolon));
  text.remove_prefix(std::min(semicolon + 1, text.size()));
  return parameter;
}

/// Empty where the closing quote is missing or not the end.
std::string unquoted(std::string_view value) {
  if (!value.starts_with('"')) return std::string(value.find('"') == std::string_view::npos ? value : "");
  const auto close = value.find('"', 1);
  return std::string(close == value.size() - 1 ? value.substr(1, close - 1) : "");
}

}  // namespace

Result<std::optional<std::string>> multipartBoundary(std::string_view contentType) {
  auto rest = contentType;
  if (!equalsIgnoreCase(takeParameter(rest), "multipart/form-data")) return std::optional<std::string>();
  std::optional<std::string> boundary;
  while (!rest.empty()) {
    const auto parameter = takeParameter(rest);
    const auto equals = parameter.find('=');
    if (!equalsIgnoreCase(parameter.substr(0, equals), "boundary")) continue;
    // Two boundaries are two readings of one body.
    if (boundary || equals == std::string_view::npos) return bad("a multipart boundary twice, or without a value");
    boundary = unquoted(parameter.substr(equals + 1));
  }
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary || !isFieldText(*boundary)) {
    return bad("multipart/form-data without a valid boundary");
  }
  return boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, const MultipartLimits& limits)
    : limits_(limits), delimiter_("\r\n--"), matched_(kCrlf), borrowed_(kCrlf) {
  delimiter_ += boundary;
}

Result<void> MultipartParser::feed(std::string_view data, MultipartHandler& handler) {
  while (!data.empty()) {
    std::size_t taken = 0;
    switch (state_) {
      case State::preamble:
      case State::data:
        taken = readData(data, handler);
        break;
      case State::afterBoundary:
      case State::head: {
        const auto line = state_ == State::head ? readHead(data, handler) : readBoundaryLine(data);
        if (!line) return line.error();
        taken = *line;
        break;
      }
      case State::epilogue:
        return {};
    }
    data.remove_prefix(taken);
  }
  return {};
}

Result<void> MultipartParser::finish() const {
  if (state_ != State::epilogue) return bad("the multipart body ends before its closing boundary");
  return {};
}

/// Data up to the next delimiter. Its first byte, CR, stands nowhere else in it, so that a partial match that fails can
/// only begin again at a later CR: nothing is ever looked at twice.
std::size_t MultipartParser::readData(std::string_view data, MultipartHandler& handler) {
  if (matched_ > 0) {
    const auto rest = std::string_view(delimiter_).substr(matched_);
    const auto length = std::min(rest.size(), data.size());
    if (data.substr(0, length) == rest.substr(0, length)) {
      matched_ += length;
      if (matched_ == delimiter_.size()) partDone(handler);
      return length;
    }
    emit(std::string_view(delimiter_).substr(borrowed_, std::exchange(matched_, 0) - borrowed_), handler);
    borrowed_ = 0;
    return 0;
  }
  // glibc's memmem stays above 1 GB/s on data full of CR, where string_view::find falls to a tenth of that.
  if (const void* at = memmem(data.data(), data.size(), delimiter_.data(), delimiter_.size()); at != nullptr) {
    const auto found = static_cast<std::size_t>(static_cast<const char*>(at) - data.data());
    emit(data.substr(0, found), handler);
    partDone(handler);
    return found + delimiter_.size();
  }
  const auto tail = data.substr(data.size() - std::min(data.size(), delimiter_.size() - 1));
  const auto cr = tail.rfind('\r');
  if (cr != std::string_view::npos && delimiter_.starts_with(tail.substr(cr))) matched_ = tail.size() - cr;
  emit(data.substr(0, data.size() - matched_), handler);
  return data.size();
}

void MultipartParser::emit(std::string_view data, MultipartHandler& handler) const {
  if (state_ == State::data && !skipped_ && !data.empty()) handler.onData(data);
}

void MultipartParser::partDone(MultipartHandler& handler) {
  matched_ = borrowed_ = 0;
  const bool part = state_ == State::data && !skipped_;
  state_ = State::afterBoundary;
  line_.clear();
  if (part) handler.onPartEnd();
}

/// What follows a delimiter: two dashes behind the last one, else blanks and a line end (RFC 2046, 5.1.1).
Result<std::size_t> MultipartParser::readBoundaryLine(std::string_view data) {
  for (std::size_t at = 0; at < data.size(); ++at) {
    const char c = data[at];
    const bool afterCr = line_.ends_with('\r');
    line_.push_back(c);
    if (line_ == "-") continue;
    if (line_ == "--") {
      state_ = State::epilogue;
      return at + 1;
    }
    if (c == '\n' && line_.front() != '-') {
      if (++parts_ > limits_.parts) return Error{ErrorCode::PayloadTooLarge, "too many parts"};
      state_ = State::head;
      headBytes_ = 0;
      line_.clear();
      return at + 1;
    }
    const bool padding = !afterCr && (c == ' ' || c == '\t' || c == '\r');
    if (!padding || line_.size() > kMaxPadding) return bad("bytes behind a multipart boundary");
  }
  return data.size();
}

/// Lines up to the empty one. They may end with a bare LF and be folded, as PHP takes them.
Result<std::size_t> MultipartParser::readHead(std::string_view data, MultipartHandler& handler) {
  const auto end = data.find('\n');
  const auto piece = data.substr(0, end);
  headBytes_ += piece.size();
  if (headBytes_ > limits_.headerBytes) return Error{ErrorCode::PayloadTooLarge, "the head of a part is too large"};
  line_ += piece;
  if (end == std::string_view::npos) return data.size();
  if (line_.ends_with('\r')) line_.pop_back();
  if (const auto taken = headLine(std::exchange(line_, {}), handler); !taken) return taken.error();
  return end + 1;
}

Result<void> MultipartParser::headLine(std::string line, MultipartHandler& handler) {
  if (line.empty()) return headDone(handler);
  if (!isFieldText(line)) return bad("a control character in the head of a part");
  if (line.front() == ' ' || line.front() == '\t') {
    if (lines_.empty()) return bad("the head of a part begins with a blank");
    lines_.back() += line;
    return {};
  }
  if (lines_.size() == limits_.headerCount) {
    return Error{ErrorCode::PayloadTooLarge, "too many fields in the head of a part"};
  }
  lines_.push_back(std::move(line));
  return {};
}

Result<void> MultipartParser::headDone(MultipartHandler& handler) {
  PartHead head;
  for (const std::string_view line : lines_) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon))) {
      return bad("a malformed field in the head of a part");
    }
    head.headers.add(std::string(line.substr(0, colon)), std::string(trimBlanks(line.substr(colon + 1))));
  }
  lines_.clear();
  const auto disposition = head.headers.find("Content-Disposition").value_or("");
  const auto name = dispositionParameter(disposition, "name");
  head.filename = dispositionParameter(disposition, "filename");
  head.contentType = head.headers.find("Content-Type").value_or("");
  head.name = name.value_or("");
  state_ = State::data;
  // A part without data may end at once: then the empty line is the CRLF before its delimiter.
  matched_ = borrowed_ = kCrlf;
  skipped_ = !name && !head.filename;
  if (!skipped_) handler.onPart(std::move(head));
  return {};
}

}  // namespace bridge::http
