#include "config/dotenv.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace bridge::config {
namespace {

// phpdotenv's own sets: PHP's trim(), ctype_space() and the \s of its lexer.
constexpr std::string_view kTrimmed{" \n\r\t\0\x0B", 6};
constexpr std::string_view kSpace = " \t\n\r\v\f";
// A file of doubling references could otherwise fill the memory.
constexpr std::size_t kMaxValue = 1U << 20U;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kTrimmed);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kTrimmed) - first + 1);
}

bool isSpace(char c) { return kSpace.find(c) != std::string_view::npos; }

bool isAsciiNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// One raw `NAME=value`, possibly over several lines.
struct RawEntry {
  std::string text;
  std::size_t line;
};

/// phpdotenv's test for the end of a value over several lines: a quote that no backslash precedes, after pairs of
/// backslashes are taken away. On the line with the opening quote it takes two.
bool closesQuote(std::string_view line, bool started) {
  int quotes = 0;
  bool escaped = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '\\') {
      ++i;
      continue;
    }
    if (line[i] == '"' && !escaped) {
      ++quotes;
    }
    escaped = line[i] == '\\';
  }
  return started ? quotes > 1 : quotes >= 1;
}

bool opensQuote(std::string_view line) {
  const auto start = line.find("=\"");
  return start != std::string_view::npos && line.find('#') > start && !closesQuote(line, true);
}

std::vector<RawEntry> splitEntries(std::string_view text) {
  std::vector<RawEntry> entries;
  std::optional<RawEntry> open;
  for (std::size_t number = 1;; ++number) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const auto line = text.substr(0, end);
    if (open) {
      open->text.append("\n").append(line);
      if (closesQuote(line, false)) {
        entries.push_back(*std::exchange(open, std::nullopt));
      }
    } else if (opensQuote(line)) {
      open = RawEntry{std::string(line), number};
    } else if (const auto content = trim(line); !content.empty() && content[0] != '#') {
      entries.push_back({std::string(line), number});
    }
    if (end == text.size()) {
      break;
    }
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  if (open) {
    entries.push_back(*open);  // the missing quote is found when the value is read
  }
  return entries;
}

/// The name without `export` and quotes; nothing where it is not one.
std::optional<std::string> readName(std::string_view name) {
  if (name.size() > 6 && name.substr(0, 6) == "export" && isSpace(name[6])) {
    name.remove_prefix(std::min(name.find_first_not_of(kSpace, 6), name.size()));
  }
  if (name.size() >= 3 && name.front() == name.back() && (name.front() == '"' || name.front() == '\'')) {
    name = name.substr(1, name.size() - 2);
  }
  const bool valid = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return isAsciiNameByte(c) || static_cast<unsigned char>(c) >= 0x80;
  });
  return valid ? std::optional(std::string(name)) : std::nullopt;
}

/// Quotes, escapes and comments taken away; `references` are the places of `$` that may begin `${NAME}`.
struct Value {
  std::string text;
  std::vector<std::size_t> references;
  std::string_view error;
};

Value readValue(std::string_view raw) {
  enum class State { initial, unquoted, single, doubled, escape, blank, comment };
  Value value;
  auto state = State::initial;
  const auto reference = [&value] { value.references.push_back(value.text.size()); };

  // A form feed is the one blank that trim leaves; phpdotenv keeps it, with the blanks of the same line behind it.
  if (const auto blanks = std::min(raw.find_first_not_of(" \t\v\f"), raw.size()); blanks > 0) {
    value.text = raw.substr(0, blanks);
    raw.remove_prefix(blanks);
    state = State::unquoted;
  }
  for (const char c : raw) {
    switch (state) {
      case State::initial:
        if (c == '\'') {
          state = State::single;
          continue;
        }
        if (c == '"') {
          state = State::doubled;
          continue;
        }
        if (c == '#') {
          state = State::comment;
          continue;
        }
        state = State::unquoted;
        if (c == '$') {
          reference();
        }
        value.text += c;
        continue;
      case State::unquoted:
        if (c == '#') {
          state = State::comment;
        } else if (isSpace(c)) {
          state = State::blank;
        } else {
          if (c == '$') {
            reference();
          }
          value.text += c;
        }
        continue;
      case State::single:
        if (c == '\'') {
          state = State::blank;
        } else {
          value.text += c;
        }
        continue;
      case State::doubled:
        if (c == '"') {
          state = State::blank;
        } else if (c == '\\') {
          state = State::escape;
        } else {
          if (c == '$') {
            reference();
          }
          value.text += c;
        }
        continue;
      case State::escape: {
        constexpr std::string_view kNames = "\"\\$fnrtv";
        constexpr std::string_view kBytes = "\"\\$\f\n\r\t\v";
        const auto which = kNames.find(c);
        if (which == std::string_view::npos) {
          value.error = "an unexpected escape sequence";
          return value;
        }
        value.text += kBytes[which];
        state = State::doubled;
        continue;
      }
      case State::blank:
        if (c == '#') {
          state = State::comment;
        } else if (!isSpace(c)) {
          value.error = "unexpected whitespace";
          return value;
        }
        continue;
      case State::comment:
        continue;
    }
  }
  if (state == State::single || state == State::doubled || state == State::escape) {
    value.error = "a missing closing quote";
  }
  return value;
}

/// Puts values in the place of `${NAME}`, from the right, so that a name may itself hold a reference.
std::optional<std::string> resolve(const Value& value, const Variables& environment, const Variables& file) {
  std::string tail;
  auto cut = value.text.size();
  for (auto place = value.references.rbegin(); place != value.references.rend(); ++place) {
    tail.insert(0, value.text, *place, cut - *place);
    cut = *place;
    if (tail.size() < 2 || tail[1] != '{') {
      continue;
    }
    const auto end =
        static_cast<std::size_t>(std::find_if_not(tail.begin() + 2, tail.end(), isAsciiNameByte) - tail.begin());
    if (end == 2 || end == tail.size() || tail[end] != '}') {
      continue;
    }
    const auto name = std::string_view(tail).substr(2, end - 2);
    auto found = environment.find(name);
    if (found == environment.end()) {
      found = file.find(name);
      if (found == file.end()) {
        continue;
      }
    }
    tail.replace(0, end + 1, found->second);
    if (tail.size() > kMaxValue) {
      return std::nullopt;
    }
  }
  return value.text.substr(0, cut) + tail;
}

/// Reads one entry into `result.values`; the text of what is wrong, or "".
std::string_view readEntry(std::string_view entry, const Variables& environment, Dotenv& result) {
  const auto equals = entry.find('=');
  const bool hasValue = equals != std::string_view::npos;
  const auto rawName = hasValue ? trim(entry.substr(0, equals)) : entry;
  if (rawName.empty()) {
    return "an unexpected equals";
  }
  const auto name = readName(rawName);
  if (!name) {
    return "an invalid name";
  }
  const auto value = hasValue ? readValue(trim(entry.substr(equals + 1))) : Value{};
  if (!value.error.empty()) {
    return value.error;
  }
  if (environment.contains(*name)) {
    return "";
  }
  if (!hasValue) {
    result.values.erase(*name);
    return "";
  }
  auto text = resolve(value, environment, result.values);
  if (!text) {
    return "a value that grows beyond 1 MiB";
  }
  result.values.insert_or_assign(*name, std::move(*text));
  return "";
}

}  // namespace

Dotenv parseDotenv(std::string_view text, const Variables& environment) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    text.remove_prefix(3);
  }
  Dotenv result;
  for (const auto& entry : splitEntries(text)) {
    if (const auto error = readEntry(entry.text, environment, result); !error.empty()) {
      result.errors.push_back({entry.line, std::string(error)});
    }
  }
  return result;
}

}  // namespace bridge::config
