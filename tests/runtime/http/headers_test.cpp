#include "http/headers.h"

#include <gtest/gtest.h>

#include "http/response.h"
#include "http/syntax.h"

namespace bridge::http {
namespace {

TEST(Headers, FindWithoutCase) {
  const Headers headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(headers.find("a"), "1");
  EXPECT_EQ(headers.find("B"), "2");
  EXPECT_EQ(headers.find("c"), std::nullopt);
  EXPECT_EQ(headers.count("A"), 2U);
}

TEST(Headers, ReplaceInPlace) {
  Headers headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  headers.set("a", "x");
  EXPECT_EQ(headers, (Headers{{"a", "x"}, {"b", "2"}}));
  headers.set("c", "y");
  EXPECT_EQ(headers, (Headers{{"a", "x"}, {"b", "2"}, {"c", "y"}}));
  EXPECT_EQ(headers.remove("B"), 1U);
  EXPECT_EQ(headers.remove("B"), 0U);
}

TEST(Headers, ListTokensOfAllFields) {
  const Headers headers{{"Connection", "a , B"}, {"connection", "c"}, {"X", "d"}};
  for (const auto* token : {"a", "b", "C"}) EXPECT_TRUE(headers.lists("Connection", token)) << token;
  for (const auto* token : {"d", "a , B", "ab"}) EXPECT_FALSE(headers.lists("Connection", token)) << token;
}

TEST(Headers, CompareWithoutTheLocale) {
  EXPECT_TRUE(equalsIgnoreCase("aZ-09", "Az-09"));
  EXPECT_FALSE(equalsIgnoreCase("a", "ab"));
  EXPECT_FALSE(equalsIgnoreCase("@", "`"));
  EXPECT_FALSE(equalsIgnoreCase("x@", "x`"));
  EXPECT_TRUE(equalsIgnoreCase("", ""));
  EXPECT_FALSE(equalsIgnoreCase("\xC4", "\xE4"));
}

TEST(Syntax, ReadsDecimals) {
  EXPECT_EQ(parseDecimal("0"), 0U);
  EXPECT_EQ(parseDecimal("0018"), 18U);
  EXPECT_EQ(parseDecimal("18446744073709551615"), 18446744073709551615U);
  for (const auto* text : {"", "18446744073709551616", "99999999999999999999", "-1", "+1", " 1", "1 ", "0x1"}) {
    EXPECT_EQ(parseDecimal(text), std::nullopt) << text;
  }
}

TEST(ReasonPhrase, KnowsEveryRegisteredStatus) {
  EXPECT_EQ(reasonPhrase(200), "OK");
  EXPECT_EQ(reasonPhrase(422), "Unprocessable Content");
  EXPECT_EQ(reasonPhrase(299), "Unknown");
}

}  // namespace
}  // namespace bridge::http
