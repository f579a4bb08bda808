#include "http/syntax.h"

#include <gtest/gtest.h>

#include <string>

namespace bridge::http {
namespace {

TEST(SyntaxTest, ARunOfFieldTextEndsAtTheFirstControlCharacterWhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = c;
      const auto expected = isFieldChar(c) ? text.size() : at;
      EXPECT_EQ(fieldTextLength(text), expected) << byte << " at " << at;
      // Beside bytes that a comparison of eight at once could carry into.
      text.assign(20, '\x80');
      text[at] = c;
      EXPECT_EQ(fieldTextLength(text), expected) << byte << " at " << at;
      text.assign(20, ' ');
      text[at] = c;
      EXPECT_EQ(fieldTextLength(text), expected) << byte << " at " << at;
    }
  }
  EXPECT_EQ(fieldTextLength(""), 0U);
  EXPECT_TRUE(isFieldText("\t a\xFF"));
  EXPECT_FALSE(isFieldText("12345678\r"));
}

}  // namespace
}  // namespace bridge::http
