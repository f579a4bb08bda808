#include "base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace bridge {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr auto kSextets = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNone);
  for (std::size_t at = 0; at < kAlphabet.size(); ++at) {
    table.at(static_cast<unsigned char>(kAlphabet[at])) = static_cast<std::uint8_t>(at);
  }
  return table;
}();

unsigned byteAt(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
unsigned sextetAt(std::string_view text, std::size_t at) { return kSextets[static_cast<unsigned char>(text[at])]; }

}  // namespace

std::string base64Encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  char* out = text.data();
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3, out += 4) {
    const unsigned group = byteAt(bytes, at) << 16U | byteAt(bytes, at + 1) << 8U | byteAt(bytes, at + 2);
    out[0] = kAlphabet[group >> 18U];
    out[1] = kAlphabet[group >> 12U & 63U];
    out[2] = kAlphabet[group >> 6U & 63U];
    out[3] = kAlphabet[group & 63U];
  }
  if (const auto left = bytes.size() - at; left > 0) {
    const unsigned group = byteAt(bytes, at) << 16U | (left == 2 ? byteAt(bytes, at + 1) << 8U : 0U);
    out[0] = kAlphabet[group >> 18U];
    out[1] = kAlphabet[group >> 12U & 63U];
    if (left == 2) {
      out[2] = kAlphabet[group >> 6U & 63U];
    }
  }
  return text;
}

std::optional<std::string> base64Decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  if (text.empty()) {
    return std::string();
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::size_t whole = text.size() - (padding > 0 ? 4 : 0);
  std::string bytes(text.size() / 4 * 3 - padding, '\0');
  char* out = bytes.data();
  unsigned wrong = 0;
  for (std::size_t at = 0; at < whole; at += 4, out += 3) {
    const unsigned a = sextetAt(text, at);
    const unsigned b = sextetAt(text, at + 1);
    const unsigned c = sextetAt(text, at + 2);
    const unsigned d = sextetAt(text, at + 3);
    wrong |= a | b | c | d;
    out[0] = static_cast<char>(a << 2U | b >> 4U);
    out[1] = static_cast<char>(b << 4U | c >> 2U);
    out[2] = static_cast<char>(c << 6U | d);
  }
  if (padding > 0) {
    const unsigned a = sextetAt(text, whole);
    const unsigned b = sextetAt(text, whole + 1);
    const unsigned c = padding == 1 ? sextetAt(text, whole + 2) : 0;
    // Bits that no byte takes are zero, or one text would have several spellings.
    wrong |= a | b | c | (padding == 1 ? (c & 3U) << 6U : (b & 15U) << 6U);
    out[0] = static_cast<char>(a << 2U | b >> 4U);
    if (padding == 1) {
      out[1] = static_cast<char>(b << 4U | c >> 2U);
    }
  }
  return (wrong & ~0x3FU) != 0 ? std::nullopt : std::optional(std::move(bytes));
}

}  // namespace bridge
