#include "http/disposition.h"

#include <algorithm>

#include "http/headers.h"

namespace bridge::http {
namespace {

bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool isQuote(char c) { return c == '"' || c == '\''; }

void skipSpaces(std::string_view& text) {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
}

/// Takes everything up to `stop` outside quotes, and the run of stops behind it.
std::string_view takeWord(std::string_view& text, char stop) {
  std::size_t at = 0;
  while (at < text.size() && text[at] != stop) {
    const char quote = text[at++];
    if (!isQuote(quote)) continue;
    while (at < text.size() && text[at] != quote) {
      at += text[at] == '\\' && at + 1 < text.size() && text[at + 1] == quote ? 2 : 1;
    }
    at = std::min(at + 1, text.size());
  }
  const auto word = text.substr(0, at);
  text.remove_prefix(at);
  while (!text.empty() && text.front() == stop) text.remove_prefix(1);
  return word;
}

std::string takeValue(std::string_view text) {
  skipSpaces(text);
  std::string value;
  if (text.empty()) return value;
  const bool quoted = isQuote(text.front());
  const char quote = text.front();
  if (quoted) text.remove_prefix(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted ? text[i] == quote : isSpace(text[i])) break;
    const bool escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || (quoted && text[i + 1] == quote));
    if (escaped) ++i;
    value.push_back(text[i]);
  }
  return value;
}

}  // namespace

std::optional<std::string> dispositionParameter(std::string_view disposition, std::string_view name) {
  std::optional<std::string> value;
  skipSpaces(disposition);
  while (!disposition.empty()) {
    auto word = takeWord(disposition, ';');
    skipSpaces(disposition);
    if (word.find('=') == std::string_view::npos) continue;
    const auto key = takeWord(word, '=');
    if (equalsIgnoreCase(key, name)) value = takeValue(word);
  }
  return value;
}

}  // namespace bridge::http
