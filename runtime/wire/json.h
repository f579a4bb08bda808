#pragma once

// For the other files of this room.

#include <rapidjson/document.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bridge::wire::json {

using Value = rapidjson::Value;

/// Arrays and objects inside each other, the outermost counted.
constexpr int kMaxDepth = 512;

/// The document of one message. Owns the memory of all its values; a usual one allocates almost nothing.
class Document {
 public:
  Document() : allocator_(values_, sizeof values_), document_(&allocator_, kStack) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Parses an object with a string member `t`, and says why it is none.
  [[nodiscard]] Result<void> parse(std::string_view text);
  /// Parses any object. At most one of these is called, once.
  [[nodiscard]] Result<void> parseObject(std::string_view text);

  [[nodiscard]] std::string_view type() const { return type_; }
  [[nodiscard]] const Value& root() const { return document_; }

 private:
  static constexpr std::size_t kStack = 1024;

  alignas(std::max_align_t) char values_[4096];
  /// The text, which parsing in place turns into the strings of the document.
  char shortText_[2048];
  std::string longText_;
  rapidjson::MemoryPoolAllocator<> allocator_;
  rapidjson::Document document_;
  std::string_view type_;
};

/// The same text with an empty array in place of each longer number, and all values at their places: RapidJSON refuses
/// numbers beyond the range of a double also where it is to leave them as text.
[[nodiscard]] std::string withoutNumbers(std::string_view text);

/// Whether every byte is below 0x80.
[[nodiscard]] bool isAscii(std::string_view text);
/// Whether it is ASCII and JSON needs nothing of it escaped.
[[nodiscard]] bool isClean(std::string_view text);
[[nodiscard]] bool isUtf8(std::string_view text);
/// UTF-8 of the characters whose numbers are the bytes.
[[nodiscard]] std::string latin1ToUtf8(std::string_view bytes);
/// The way back; false where a character is above U+00FF. `text` is valid UTF-8.
[[nodiscard]] bool utf8ToLatin1(std::string_view text, std::string& out);

}  // namespace bridge::wire::json
