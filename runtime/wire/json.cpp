#include "wire/json.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace bridge::wire::json {
namespace {

/// In place, since copying each string twice is most of the cost of a small message.
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag;

/// Builds the document, but stops where it gets too deep.
template <class Next>
class DepthGuard {
 public:
  using Ch = char;
  using Size = rapidjson::SizeType;

  explicit DepthGuard(Next& next) : next_(next) {}

  bool Null() { return next_.Null(); }
  bool Bool(bool value) { return next_.Bool(value); }
  bool Int(int value) { return next_.Int(value); }
  bool Uint(unsigned value) { return next_.Uint(value); }
  bool Int64(std::int64_t value) { return next_.Int64(value); }
  bool Uint64(std::uint64_t value) { return next_.Uint64(value); }
  bool Double(double value) { return next_.Double(value); }
  bool RawNumber(const Ch* text, Size length, bool copy) { return next_.RawNumber(text, length, copy); }
  bool String(const Ch* text, Size length, bool copy) { return next_.String(text, length, copy); }
  bool Key(const Ch* text, Size length, bool copy) { return next_.Key(text, length, copy); }
  bool StartObject() { return ++depth_ <= kMaxDepth && next_.StartObject(); }
  bool StartArray() { return ++depth_ <= kMaxDepth && next_.StartArray(); }
  bool EndObject(Size members) { return --depth_, next_.EndObject(members); }
  bool EndArray(Size elements) { return --depth_, next_.EndArray(elements); }

 private:
  Next& next_;
  int depth_ = 0;
};

/// What rapidjson::Document::Populate calls to be filled.
struct Generator {
  rapidjson::InsituStringStream& stream;
  bool ascii;
  rapidjson::ParseResult result;

  template <class Handler>
  bool operator()(Handler& handler) {
    rapidjson::Reader reader;
    DepthGuard<Handler> guard(handler);
    // Text below 0x80 is UTF-8, and that is seen eight bytes at a time.
    result = ascii ? reader.Parse<kFlags>(stream, guard)
                   : reader.Parse<kFlags | rapidjson::kParseValidateEncodingFlag>(stream, guard);
    return !result.IsError();
  }
};

Error violation(std::string detail) { return {ErrorCode::ProtocolViolation, std::move(detail)}; }

/// The length of the number that begins a text, 0 where none does.
std::size_t numberAt(std::string_view text) {
  std::size_t at = 0;
  const auto is = [&](std::string_view any) {
    return at < text.size() && any.find(text[at]) != std::string_view::npos;
  };
  const auto digits = [&] {
    const auto begin = at;
    while (is("0123456789")) {
      ++at;
    }
    return at > begin;
  };
  at += is("-") ? 1 : 0;
  const bool zero = is("0");
  const auto whole = at;
  if (!digits() || (zero && at > whole + 1)) {
    return 0;
  }
  if (is(".")) {
    ++at;
    if (!digits()) {
      return 0;
    }
  }
  if (is("eE")) {
    ++at;
    at += is("+-") ? 1 : 0;
    if (!digits()) {
      return 0;
    }
  }
  return at;
}

}  // namespace

Result<void> Document::parseObject(std::string_view text) {
  char* copy = shortText_;
  if (text.size() < sizeof shortText_) {
    std::memcpy(shortText_, text.data(), text.size());
    shortText_[text.size()] = '\0';
  } else {
    longText_ = text;
    copy = longText_.data();
  }
  rapidjson::InsituStringStream stream(copy);
  Generator generator{stream, isAscii(text), {}};
  document_.Populate(generator);
  if (generator.result.IsError()) {
    const auto code = generator.result.Code();
    const char* why = code == rapidjson::kParseErrorTermination ? "it is nested too deeply" : GetParseError_En(code);
    return violation("a message does not parse at byte " + std::to_string(generator.result.Offset()) + ": " + why);
  }
  // To this stream a NUL is the end of the text.
  if (stream.Tell() != text.size()) return violation("a message does not parse: it goes on after its end");
  if (!document_.IsObject()) return violation("a message is no object");
  return {};
}

Result<void> Document::parse(std::string_view text) {
  if (auto parsed = parseObject(text); !parsed.ok()) return parsed;
  const Value& object = document_;
  const auto type = object.FindMember("t");
  if (type == object.MemberEnd() || !type->value.IsString()) return violation("a message without a type");
  type_ = {type->value.GetString(), type->value.GetStringLength()};
  return {};
}

std::string withoutNumbers(std::string_view text) {
  std::string same(text);
  for (std::size_t at = 0; at < same.size(); ++at) {
    if (same[at] == '"') {
      for (++at; at < same.size() && same[at] != '"'; ++at) {
        at += same[at] == '\\' ? 1 : 0;
      }
    } else if (const auto length = numberAt(text.substr(at)); length >= 2) {
      same.replace(at, length, length, ' ');
      same[at] = '[';
      at += length - 1;
      same[at] = ']';
    }
  }
  return same;
}

bool isAscii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    if ((word & kHighBits) != 0) return false;
    text.remove_prefix(sizeof word);
  }
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool isClean(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x80 * kOnes;
  // The high bit of each byte that is below `n` (for text that is ASCII; `n` at most 0x80).
  const auto below = [](std::uint64_t word, std::uint64_t n) { return (word - n * kOnes) & ~word & kHighBits; };
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    const std::uint64_t odd =
        (word & kHighBits) | below(word, 0x20) | below(word ^ ('"' * kOnes), 1) | below(word ^ ('\\' * kOnes), 1);
    if (odd != 0) return false;
    text.remove_prefix(sizeof word);
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
  });
}

bool isUtf8(std::string_view text) {
  if (isAscii(text)) return true;
  rapidjson::MemoryStream stream(text.data(), text.size());
  while (stream.Tell() < text.size()) {
    unsigned codepoint = 0;
    if (!rapidjson::UTF8<>::Decode(stream, &codepoint)) return false;
  }
  return true;
}

std::string latin1ToUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out.push_back(c);
    } else {
      out.push_back(static_cast<char>(0xC0U | byte >> 6U));
      out.push_back(static_cast<char>(0x80U | (byte & 0x3FU)));
    }
  }
  return out;
}

bool utf8ToLatin1(std::string_view text, std::string& out) {
  if (isAscii(text)) {
    out.assign(text);
    return true;
  }
  out.clear();
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      out.push_back(text[i]);
    } else if ((byte == 0xC2 || byte == 0xC3) && i + 1 < text.size()) {
      const auto low = static_cast<unsigned char>(text[++i]);
      out.push_back(static_cast<char>((byte & 0x03U) << 6U | (low & 0x3FU)));
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace bridge::wire::json
