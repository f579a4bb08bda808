#include "http/percent.h"

#include <algorithm>

#include "http/syntax.h"

namespace bridge::http {
namespace {

bool isSafe(std::string_view segment) {
  return segment != ".." &&
         std::ranges::all_of(segment, [](char c) { return isFieldChar(c) && c != '\t' && c != '/' && c != '\\'; });
}

}  // namespace

std::optional<std::string> percentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

std::string percentEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

std::optional<std::string> safeFilePath(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto segment = percentDecode(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (!segment || !isSafe(*segment)) return std::nullopt;
    if (segment->empty() || *segment == ".") continue;
    if (!result.empty()) result += '/';
    result += *segment;
  }
  return result;
}

}  // namespace bridge::http
