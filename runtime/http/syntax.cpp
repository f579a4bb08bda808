#include "http/syntax.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace bridge::http {
namespace {

constexpr std::array<bool, 256> makeTokenTable() {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

constexpr auto kToken = makeTokenTable();

}  // namespace

bool isTokenChar(char c) { return kToken[static_cast<unsigned char>(c)]; }

bool isToken(std::string_view text) { return !text.empty() && std::ranges::all_of(text, isTokenChar); }

bool isFieldText(std::string_view text) { return fieldTextLength(text) == text.size(); }

std::size_t fieldTextLength(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x80U * kOnes;
  std::size_t at = 0;
  while (at < text.size()) {
    if (std::uint64_t eight = 0; text.size() - at >= sizeof eight) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      // The high bit of each byte below 0x20, and of each 0x7F; at worst of the byte above one, too.
      const auto low = (eight - 0x20U * kOnes) & ~eight & kHigh;
      const auto del = eight ^ (0x7FU * kOnes);
      if ((low | ((del - kOnes) & ~del & kHigh)) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    if (!isFieldChar(text[at])) {
      break;
    }
    ++at;
  }
  return at;
}

bool isRequestId(std::string_view text) {
  constexpr std::size_t kMaxLength = 128;
  return !text.empty() && text.size() <= kMaxLength && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == ':' || c == '-';
  });
}

std::string_view trimBlanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parseDecimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace bridge::http
