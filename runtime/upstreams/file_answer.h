#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"
#include "loop/file.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// What an answer tells of a file: its size and what names its state.
struct FileFacts {
  std::uint64_t size = 0;
  /// Strong: size and modification time to the nanosecond.
  std::string etag;
  std::int64_t modified = 0;
  std::string lastModified;
};

[[nodiscard]] FileFacts factsOf(const loop::OpenFile& file);

/// A text, and behind it a span of the file; either may be empty.
struct FilePiece {
  std::string text;
  FileRange span;
};

/// The answer that a file is: head and pieces of the body.
struct FileAnswer {
  http::ResponseHead head;
  std::vector<FilePiece> pieces;
};

/// Decides by RFC 9110, 13 and 14: the whole, one range, several (multipart/byteranges), 304, 412 or 416. `given` is
/// the head of the whole file with its Content-Type; validators that it brings are the ones that count. Only a 200 has
/// ranges and conditions.
[[nodiscard]] FileAnswer answerWith(const FileFacts& file, const http::Request& request, http::ResponseHead given);

/// Tells the answer, all but its `end`. `alive` is that of the Call; false where it is gone by now.
[[nodiscard]] bool tell(Answer& answer, FileAnswer what, const loop::OpenFile& file, const std::weak_ptr<bool>& alive);
/// The same for a file whose bytes are in memory.
[[nodiscard]] bool tell(Answer& answer, FileAnswer what, const std::shared_ptr<const std::string>& content,
                        const std::weak_ptr<bool>& alive);

}  // namespace bridge::upstreams
