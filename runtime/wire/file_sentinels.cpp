#include "wire/file_sentinels.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "wire/json.h"
#include "wire/json_outline.h"

namespace bridge::wire {
namespace {

constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
constexpr std::string_view kDefaultName = "upload";

/// Looks at every object and notes the sentinels among them.
class Finder {
 public:
  using Ch = char;
  using Size = rapidjson::SizeType;

  Finder(const rapidjson::MemoryStream& stream, std::vector<FileSentinel>& found) : stream_(stream), found_(found) {}

  bool Null() { return other(); }
  bool Bool(bool /*value*/) { return other(); }
  bool Int(int /*value*/) { return other(); }
  bool Uint(unsigned /*value*/) { return other(); }
  bool Int64(std::int64_t /*value*/) { return other(); }
  bool Uint64(std::uint64_t /*value*/) { return other(); }
  bool Double(double /*value*/) { return other(); }
  bool RawNumber(const Ch* /*text*/, Size /*length*/, bool /*copy*/) { return other(); }
  bool String(const Ch* text, Size length, bool /*copy*/) {
    if (!frames_.empty()) {
      auto& frame = frames_.back();
      const std::string_view value(text, length);
      if (frame.key == "$runnerFile" || frame.key == "$ejson") {
        frame.marked = value == "File";
      } else if (frame.key == "id") {
        frame.id = value;
      } else if (frame.key == "name") {
        frame.name = value;
      } else if (frame.key == "type") {
        frame.type = value;
      }
    }
    return other();
  }
  bool Key(const Ch* text, Size length, bool /*copy*/) {
    auto& frame = frames_.back();
    frame.key.assign(text, length);
    if (frame.key == "name") {
      frame.name = "";
    } else if (frame.key == "type") {
      frame.type = "";
    }
    return true;
  }
  bool StartObject() {
    frames_.emplace_back();
    return true;
  }
  // Its elements have no key.
  bool StartArray() { return StartObject(); }
  // The closing bracket has been seen but not taken.
  bool EndObject(Size members) {
    auto frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.marked && frame.id) {
      auto& one = found_.emplace_back(frame.meta);
      one.id = *frame.id;
      one.end = stream_.Tell();
    }
    if (!frames_.empty() && frames_.back().key == "meta") {
      auto& meta = frames_.back().meta;
      meta = {.id = {},
              .name = std::move(frame.name),
              .type = std::move(frame.type),
              .end = 0,
              .metaEnd = stream_.Tell(),
              .metaMissing = false,
              .metaEmpty = members == 0};
    }
    return true;
  }
  bool EndArray(Size /*elements*/) {
    frames_.pop_back();
    return other();
  }

 private:
  struct Frame {
    std::string key{};
    bool marked = false;
    std::optional<std::string> id{};
    std::optional<std::string> name{};
    std::optional<std::string> type{};
    FileSentinel meta{};
  };

  /// A value that is no object.
  bool other() {
    if (!frames_.empty() && frames_.back().key == "meta") {
      frames_.back().meta = {};
      frames_.back().meta.metaMissing = false;
    }
    return true;
  }

  const rapidjson::MemoryStream& stream_;
  std::vector<FileSentinel>& found_;
  std::vector<Frame> frames_;
};

void addMember(std::string& text, bool first, std::string_view key, const std::string& json) {
  text.append(first ? "\"" : ",\"").append(key).append("\":").append(json);
}

/// What is inserted, and before which byte.
struct Insertion {
  std::size_t at;
  std::string text;
};

}  // namespace

std::vector<FileSentinel> fileSentinels(std::string_view text) {
  std::vector<FileSentinel> found;
  const auto read = [&found](std::string_view readable) {
    found.clear();
    rapidjson::MemoryStream stream(readable.data(), readable.size());
    Finder finder(stream, found);
    rapidjson::Reader reader;
    return reader.Parse<kFlags>(stream, finder);
  };
  if (read(text).IsError()) {
    (void)read(json::withoutNumbers(text));
  }
  return found;
}

UploadedFile asNamed(const FileSentinel& sentinel, UploadedFile file) {
  const auto told = [](const std::optional<std::string>& text) { return text && !text->empty(); };
  if (told(sentinel.name)) {
    file.name = *sentinel.name;
  }
  if (told(sentinel.type)) {
    file.type = *sentinel.type;
  }
  return file;
}

std::string withFiles(std::string_view json, const std::vector<FileSentinel>& sentinels,
                      const std::function<const UploadedFile&(const std::string& id)>& fileOf) {
  std::vector<Insertion> insertions;
  for (const auto& one : sentinels) {
    const auto& file = fileOf(one.id);
    std::string meta;
    bool first = one.metaMissing || one.metaEmpty;
    if (!one.name) {
      addMember(meta, first, "name", jsonQuoted(file.name.empty() ? kDefaultName : file.name));
      first = false;
    }
    if (!one.type && !file.type.empty()) {
      addMember(meta, first, "type", jsonQuoted(file.type));
    }
    std::string own;
    if (one.metaMissing) {
      own = R"(,"meta":{)" + meta + "}";
    } else if (one.metaEnd > 0 && !meta.empty()) {
      insertions.push_back({one.metaEnd, std::move(meta)});
    }
    addMember(own, false, "path", jsonQuoted(file.path));
    addMember(own, false, "size", std::to_string(file.size));
    insertions.push_back({one.end, std::move(own)});
  }
  // A sentinel may hold another one.
  std::ranges::stable_sort(insertions, {}, &Insertion::at);
  std::string text;
  std::size_t done = 0;
  for (const auto& [at, inserted] : insertions) {
    text.append(json.substr(done, at - done)).append(inserted);
    done = at;
  }
  return text.append(json.substr(done));
}

std::string fileJson(const UploadedFile& file) {
  std::string text = "{";
  addMember(text, true, "path", jsonQuoted(file.path));
  addMember(text, false, "size", std::to_string(file.size));
  addMember(text, false, "name", jsonQuoted(file.name.empty() ? kDefaultName : file.name));
  if (!file.type.empty()) {
    addMember(text, false, "type", jsonQuoted(file.type));
  }
  return text += '}';
}

}  // namespace bridge::wire
