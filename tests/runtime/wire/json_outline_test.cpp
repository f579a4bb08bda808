#include "wire/json_outline.h"

#include <gtest/gtest.h>

#include <string>

namespace bridge::wire {
namespace {

JsonOutline outlineOf(std::string_view text) {
  auto outline = JsonOutline::of(text);
  EXPECT_TRUE(outline.ok()) << text;
  return outline.ok() ? std::move(outline).value() : JsonOutline();
}

std::string detailOf(std::string_view text) {
  const auto outline = JsonOutline::of(text);
  return outline.ok() ? "accepted" : outline.error().detail;
}

TEST(JsonOutlineTest, MembersAreTheTextTheyCameIn) {
  const std::string text =
      "{ \"input\" :\t{\"b\": 1.0, \"a\":[12345678901234567890, 1e300] } ,\n"
      R"("s":"a\u00e9\"}", "n":-0.50,"t":true,"z":null,"e":[],"o":{}})"
      "\n";
  const auto outline = outlineOf(text);
  EXPECT_TRUE(outline.isObject());
  EXPECT_EQ(outline.find("input"), R"({"b": 1.0, "a":[12345678901234567890, 1e300] })");
  EXPECT_EQ(outline.find("s"), R"("a\u00e9\"}")");
  EXPECT_EQ(outline.find("n"), "-0.50");
  EXPECT_EQ(outline.find("t"), "true");
  EXPECT_EQ(outline.find("z"), "null");
  EXPECT_EQ(outline.find("e"), "[]");
  EXPECT_EQ(outline.find("o"), "{}");
  EXPECT_EQ(outline.find("a"), std::nullopt) << "a member of a member";
}

TEST(JsonOutlineTest, NumbersMayBeOfAnySize) {
  const std::string digits(400, '9');
  const auto text = R"({"e":1e999,"s":"\"1e999","input":[-1.5E+400,)" + digits + R"(,1E-999],"n":2})";
  const auto outline = outlineOf(text);
  EXPECT_EQ(outline.find("e"), "1e999");
  EXPECT_EQ(outline.find("s"), R"("\"1e999")");
  EXPECT_EQ(outline.find("input"), "[-1.5E+400," + digits + ",1E-999]");
  EXPECT_EQ(outline.find("n"), "2");
  for (const auto* wrong :
       {"[1e999,1e]", "[1e999,01]", "[1e999 1]", "{1e999:1}", "1e999e9", "[1e999,-]", "[1e999,\"]"}) {
    EXPECT_NE(detailOf(wrong), "accepted") << wrong;
  }
}

TEST(JsonOutlineTest, TheLastMemberOfANameCounts) {
  EXPECT_EQ(outlineOf(R"({"a":1,"a":2,"\u0061":3})").find("a"), "3");
}

TEST(JsonOutlineTest, OnlyAnObjectHasMembers) {
  for (const auto* text : {R"([{"a":1}])", "1", "\"a\"", "null", " true "}) {
    const auto outline = outlineOf(text);
    EXPECT_FALSE(outline.isObject()) << text;
    EXPECT_EQ(outline.find("a"), std::nullopt) << text;
  }
}

TEST(JsonOutlineTest, WhatIsNoJsonIsRefusedWithThePlace) {
  for (const auto* text :
       {"", "{", "{\"a\"}", "{\"a\":}", "[1,]", "{} {}", "nul", "01", "\"\xff\"", "\"a\nb\"", "NaN"}) {
    EXPECT_NE(detailOf(text).find("(at byte "), std::string::npos) << text << ": " << detailOf(text);
  }
  EXPECT_NE(detailOf(std::string_view("{}\0x", 4)), "accepted");
}

TEST(JsonOutlineTest, DepthIsBoundedWithoutTheStack) {
  EXPECT_EQ(detailOf(std::string(512, '[') + std::string(512, ']')), "accepted");
  EXPECT_EQ(detailOf(std::string(1'000'000, '[')), "more than 512 levels");
}

TEST(JsonLineTest, AValueIsOneLineForEveryReader) {
  EXPECT_EQ(jsonLine("{\r\n \"a\": 1\n}"), "{   \"a\": 1 }");
  EXPECT_EQ(jsonLine("\"x\xE2\x80\xA8y\xE2\x80\xA9z\xE2\x82\xAC\""), "\"x\\u2028y\\u2029z\xE2\x82\xAC\"");
  EXPECT_EQ(jsonLine("\"\xE2\x80\""), "\"\xE2\x80\"") << "nothing is read behind the end";
}

TEST(JsonValueTest, ReadsStringsAndWholeNumbers) {
  EXPECT_EQ(jsonString(R"("a\u0062")"), "ab");
  EXPECT_EQ(jsonString("1"), std::nullopt);
  EXPECT_EQ(jsonWhole("404"), 404U);
  EXPECT_EQ(jsonWhole("9007199254740993"), std::nullopt);
  EXPECT_EQ(jsonWhole("1.0"), std::nullopt);
  EXPECT_EQ(jsonWhole("-1"), std::nullopt);
  EXPECT_EQ(jsonQuoted("a\"\n\xC3\xA9"), "\"a\\\"\\n\xC3\xA9\"");
  EXPECT_EQ(jsonQuoted("a\xFF"), "\"a\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace bridge::wire
