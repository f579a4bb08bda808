#include "base/log_line.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>

#include "base/log.h"

namespace bridge::log {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"trace", "debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 5> kColours = {"\x1b[90m", "\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
constexpr std::string_view kPlain = "\x1b[0m";

std::string timestamp(Time time) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, ((millis % 1000) + 1000) % 1000);
}

void appendHex(std::string& out, unsigned char byte) { fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte); }

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>,
                                     rapidjson::CrtAllocator, rapidjson::kWriteValidateEncodingFlag>;

bool writeString(JsonWriter& json, std::string_view text) {
  return json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

bool writeObject(JsonWriter& json, Time time, Level level, std::string_view room, std::string_view text) {
  return json.StartObject() && json.Key("time") && writeString(json, timestamp(time)) && json.Key("level") &&
         writeString(json, levelName(level)) && json.Key("room") && writeString(json, room) && json.Key("text") &&
         writeString(json, text) && json.EndObject();
}

}  // namespace

std::string_view levelName(Level level) { return kNames[static_cast<std::size_t>(level)]; }

std::string textLine(Time time, Level level, std::string_view room, std::string_view text, bool coloured) {
  auto line = timestamp(time);
  line.reserve(line.size() + room.size() + text.size() + 24);
  line += ' ';
  if (coloured) {
    line += kColours[static_cast<std::size_t>(level)];
  }
  fmt::format_to(std::back_inserter(line), "{:<5}", levelName(level));
  if (coloured) {
    line += kPlain;
  }
  line.append(" [").append(room).append("] ");
  if (std::none_of(text.begin(), text.end(), isControl)) {
    line += text;
  } else {
    for (const char c : text) {
      if (isControl(c)) {
        appendHex(line, static_cast<unsigned char>(c));
      } else {
        line += c;
      }
    }
  }
  line += '\n';
  return line;
}

std::string jsonLine(Time time, Level level, std::string_view room, std::string_view text) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  if (!writeObject(json, time, level, room, text)) {
    std::string ascii(text);
    std::replace_if(
        ascii.begin(), ascii.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; }, '?');
    buffer.Clear();
    json.Reset(buffer);
    writeObject(json, time, level, room, ascii);
  }
  return std::string(buffer.GetString(), buffer.GetSize()) + '\n';
}

std::string escape(std::string_view foreign) {
  std::string out;
  out.reserve(foreign.size());
  for (const char c : foreign) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (byte < 0x20 || byte > 0x7E) {
      appendHex(out, byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string escapeCode(std::string_view foreign) {
  const auto plain = [](char c) { return c >= 0x20 && c <= 0x7E && c != '"' && c != '\\'; };
  const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  std::string out;
  out.reserve(foreign.size());
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    const auto after = foreign.substr(i + 1);
    const bool single = foreign[i] == '\\' && !after.empty() && plain(after[0]) &&
                        !(after.size() > 2 && after[0] == 'x' && isHex(after[1]) && isHex(after[2]));
    out += single ? "\\" : escape(foreign.substr(i, 1));
  }
  return out;
}

}  // namespace bridge::log
