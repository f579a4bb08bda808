#include "wire/json_outline.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "wire/json.h"

namespace bridge::wire {
namespace {

constexpr unsigned kFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr std::string_view kBlank = " \t\r\n";

/// Notes where the values of the outermost object begin and end.
class Marker {
 public:
  using Ch = char;
  using Size = rapidjson::SizeType;
  using Members = std::vector<std::pair<std::string, std::string_view>>;

  Marker(std::string_view text, const rapidjson::MemoryStream& stream, Members& members)
      : text_(text), stream_(stream), members_(members) {}

  bool Null() { return scalar(); }
  bool Bool(bool /*value*/) { return scalar(); }
  bool Int(int /*value*/) { return scalar(); }
  bool Uint(unsigned /*value*/) { return scalar(); }
  bool Int64(std::int64_t /*value*/) { return scalar(); }
  bool Uint64(std::uint64_t /*value*/) { return scalar(); }
  bool Double(double /*value*/) { return scalar(); }
  bool RawNumber(const Ch* /*text*/, Size /*length*/, bool /*copy*/) { return scalar(); }
  bool String(const Ch* /*text*/, Size /*length*/, bool /*copy*/) { return scalar(); }
  bool Key(const Ch* text, Size length, bool /*copy*/) {
    if (depth_ == 1) {
      key_.assign(text, length);
      // Behind the key come blanks, a colon, blanks: what is not so fails before the value ends.
      auto at = std::min(text_.find_first_not_of(kBlank, stream_.Tell()), text_.size());
      at = std::min(text_.find_first_not_of(kBlank, std::min(at + 1, text_.size())), text_.size());
      begin_ = at;
    }
    return true;
  }
  bool StartObject() {
    object_ = object_ || depth_ == 0;
    return ++depth_ <= json::kMaxDepth;
  }
  bool StartArray() { return ++depth_ <= json::kMaxDepth; }
  // The closing bracket has been seen but not taken.
  bool EndObject(Size /*members*/) { return closed(); }
  bool EndArray(Size /*elements*/) { return closed(); }

  [[nodiscard]] bool object() const { return object_; }
  [[nodiscard]] bool tooDeep() const { return depth_ > json::kMaxDepth; }

 private:
  bool scalar() {
    if (depth_ == 1 && object_) {
      note(stream_.Tell());
    }
    return true;
  }
  bool closed() {
    if (--depth_ == 1 && object_) {
      note(stream_.Tell() + 1);
    }
    return true;
  }
  void note(std::size_t end) { members_.emplace_back(std::move(key_), text_.substr(begin_, end - begin_)); }

  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  Members& members_;
  std::string key_;
  std::size_t begin_ = 0;
  int depth_ = 0;
  bool object_ = false;
};

}  // namespace

Result<JsonOutline> JsonOutline::of(std::string_view text) { return of(text, text); }

Result<JsonOutline> JsonOutline::of(std::string_view text, std::string_view readable) {
  JsonOutline outline;
  rapidjson::MemoryStream stream(readable.data(), readable.size());
  Marker marker(text, stream, outline.members_);
  rapidjson::Reader reader;
  const auto parsed = reader.Parse<kFlags>(stream, marker);
  if (marker.tooDeep()) {
    return Error{ErrorCode::BadRequest, "more than " + std::to_string(json::kMaxDepth) + " levels"};
  }
  if (parsed.Code() == rapidjson::kParseErrorNumberTooBig && readable.data() == text.data()) {
    return of(text, json::withoutNumbers(text));
  }
  if (parsed.IsError()) {
    return Error{ErrorCode::BadRequest, std::string(rapidjson::GetParseError_En(parsed.Code())) + " (at byte " +
                                            std::to_string(parsed.Offset()) + ")"};
  }
  // The reader takes a NUL for the end.
  if (stream.Tell() != text.size()) {
    return Error{ErrorCode::BadRequest,
                 "The text goes on behind its value (at byte " + std::to_string(stream.Tell()) + ")"};
  }
  outline.object_ = marker.object();
  return outline;
}

std::optional<std::string_view> JsonOutline::find(std::string_view name) const {
  const auto found =
      std::find_if(members_.rbegin(), members_.rend(), [&](const auto& member) { return member.first == name; });
  return found == members_.rend() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> jsonString(std::string_view text) {
  if (!text.starts_with('"')) {
    return std::nullopt;
  }
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  if (!document.IsString()) {
    return std::nullopt;
  }
  return std::string(document.GetString(), document.GetStringLength());
}

std::optional<std::uint64_t> jsonWhole(std::string_view text) {
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53U;
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || number > kExact) {
    return std::nullopt;
  }
  return number;
}

std::string jsonQuoted(std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  if (json::isUtf8(text)) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return {buffer.GetString(), buffer.GetSize()};
  }
  std::string plain;
  for (const char c : text) {
    static_cast<unsigned char>(c) < 0x80 ? plain += c : plain += "\xEF\xBF\xBD";
  }
  return jsonQuoted(plain);
}

std::string jsonLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  std::size_t done = 0;
  // 0xE2 leads U+2000 to U+2FFF.
  for (auto at = text.find_first_of("\r\n\xE2"); at != std::string_view::npos;
       at = text.find_first_of("\r\n\xE2", at + 1)) {
    if (text[at] != '\xE2') {
      line.append(text.substr(done, at - done)) += ' ';
      done = at + 1;
    } else if (const auto point = text.substr(at, 3); point == "\xE2\x80\xA8" || point == "\xE2\x80\xA9") {
      line.append(text.substr(done, at - done)) += point.back() == '\xA8' ? "\\u2028" : "\\u2029";
      done = at + 3;
    }
  }
  return line.append(text.substr(done));
}

}  // namespace bridge::wire
