#include "http/media_types.h"

#include <algorithm>
#include <utility>

namespace bridge::http {
namespace {

constexpr std::pair<std::string_view, std::string_view> kEssential[] = {
    {"avif", "image/avif"},      {"css", "text/css"},          {"gif", "image/gif"},
    {"html", "text/html"},       {"ico", "image/x-icon"},      {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},       {"js", "text/javascript"},    {"json", "application/json"},
    {"map", "application/json"}, {"mjs", "text/javascript"},   {"mp4", "video/mp4"},
    {"pdf", "application/pdf"},  {"png", "image/png"},         {"svg", "image/svg+xml"},
    {"txt", "text/plain"},       {"wasm", "application/wasm"}, {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},      {"woff", "font/woff"},        {"woff2", "font/woff2"},
    {"xml", "text/xml"},
};

std::string_view takeWord(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) {
    line = {};
    return {};
  }
  line.remove_prefix(begin);
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

MediaTypes::MediaTypes(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find('#'));
    const std::string_view type = takeWord(line);
    for (std::string_view ending = takeWord(line); !ending.empty(); ending = takeWord(line)) {
      byEnding_.try_emplace(std::string(ending), type);
    }
  }
  // What browsers insist on wins over an old system's table (RFC 9239 for JavaScript).
  for (const auto& [ending, type] : kEssential) {
    byEnding_.insert_or_assign(std::string(ending), type);
  }
}

std::string MediaTypes::of(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) {
    return "application/octet-stream";
  }
  std::string ending(name.substr(dot + 1));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto found = byEnding_.find(ending);
  if (found == byEnding_.end()) {
    return "application/octet-stream";
  }
  return found->second.starts_with("text/") ? found->second + "; charset=utf-8" : found->second;
}

}  // namespace bridge::http
