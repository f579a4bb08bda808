#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/headers.h"

namespace bridge::http {

/// The head of one part of multipart/form-data. All strings are the client's bytes, read as PHP reads them: quotes and
/// backslash escapes taken off, `filename*` not looked at.
struct PartHead {
  /// Empty: the part has no name but a filename (PHP numbers such uploads).
  std::string name;
  /// Present for files; empty when a file field was left empty.
  std::optional<std::string> filename;
  /// The Content-Type field as sent; empty when there is none.
  std::string contentType;
  Headers headers;
};

/// What the parser tells of each part, in this order: the head, data (any number of pieces, never empty), the end.
class MultipartHandler {
 public:
  virtual void onPart(PartHead head) = 0;
  virtual void onData(std::string_view data) = 0;
  virtual void onPartEnd() = 0;

 protected:
  ~MultipartHandler() = default;
};

struct MultipartLimits {
  /// Far above the max_input_vars of any application: what is too much for PHP, PHP drops itself.
  std::size_t parts = 10000;
  /// Field lines of one part, all together.
  std::size_t headerBytes = 16U * 1024U;
  std::size_t headerCount = 32;
};

/// The boundary of a Content-Type: nothing when it is not multipart/form-data, BadRequest when the boundary is missing,
/// empty or longer than 70 characters (RFC 2046, 5.1.1).
[[nodiscard]] Result<std::optional<std::string>> multipartBoundary(std::string_view contentType);

/// Splits a multipart/form-data body (RFC 7578) as it arrives, in linear time. It holds one incomplete part head and at
/// most one boundary; data goes on as views into what was fed. Preamble, epilogue and transport padding are skipped; a
/// part without name and filename is skipped, as PHP does.
class MultipartParser {
 public:
  /// `boundary` as `multipartBoundary` gives it.
  MultipartParser(std::string_view boundary, const MultipartLimits& limits);

  /// BadRequest (malformed part head, bytes behind a boundary), PayloadTooLarge (too many parts or fields).
  [[nodiscard]] Result<void> feed(std::string_view data, MultipartHandler& handler);
  /// BadRequest when the closing boundary has not come.
  [[nodiscard]] Result<void> finish() const;

 private:
  enum class State { preamble, afterBoundary, head, data, epilogue };

  std::size_t readData(std::string_view data, MultipartHandler& handler);
  void emit(std::string_view data, MultipartHandler& handler) const;
  void partDone(MultipartHandler& handler);
  Result<std::size_t> readBoundaryLine(std::string_view data);
  Result<std::size_t> readHead(std::string_view data, MultipartHandler& handler);
  Result<void> headLine(std::string line, MultipartHandler& handler);
  Result<void> headDone(MultipartHandler& handler);

  MultipartLimits limits_;
  /// CRLF, two dashes, boundary.
  std::string delimiter_;
  State state_ = State::preamble;
  /// How many bytes of the delimiter the data so far ended with, and how many of these are not data that would have to
  /// be given out: the CRLF that the first delimiter may lack and that the head of a part lends to an empty one.
  std::size_t matched_;
  std::size_t borrowed_;
  /// The part has neither name nor filename.
  bool skipped_ = false;
  std::size_t parts_ = 0;
  std::size_t headBytes_ = 0;
  std::string line_;
  std::vector<std::string> lines_;
};

}  // namespace bridge::http
