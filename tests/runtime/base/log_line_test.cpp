#include "base/log_line.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "base/log.h"

namespace bridge::log {
namespace {

const Time kTime = Time() + std::chrono::milliseconds(1767323045678);

TEST(LogLine, HasTimeLevelRoomAndText) {
  EXPECT_EQ(textLine(kTime, Level::info, "server", "listening"), "2026-01-02T03:04:05.678Z info  [server] listening\n");
  EXPECT_EQ(textLine(kTime, Level::error, "pool", "gone"), "2026-01-02T03:04:05.678Z error [pool] gone\n");
}

TEST(LogLine, PaintsOnlyTheLevel) {
  EXPECT_EQ(textLine(kTime, Level::warn, "server", "x", true),
            "2026-01-02T03:04:05.678Z \x1b[33mwarn \x1b[0m [server] x\n");
}

TEST(LogLine, StaysOneLine) {
  EXPECT_EQ(textLine(kTime, Level::info, "server", std::string("a\nb\r\x1b[0m\0c\x7F", 11)),
            "2026-01-02T03:04:05.678Z info  [server] a\\x0Ab\\x0D\\x1B[0m\\x00c\\x7F\n");
}

TEST(LogLine, IsValidJsonWhateverTheText) {
  struct Case {
    std::string text;
    std::string read;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"say \"hi\" \\ to\nme\t", "say \"hi\" \\ to\nme\t"},
      {std::string("nul\0byte", 8), std::string("nul\0byte", 8)},
      {"na\xC3\xAFve", "na\xC3\xAFve"},
      {"latin \xEF one", "latin ? one"},
      {"cut \xE2\x82", "cut ??"},
      {"", ""},
  };
  for (const auto& [text, read] : cases) {
    const auto line = jsonLine(kTime, Level::warn, "wire", text);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(line.data(), line.size());
    ASSERT_FALSE(document.HasParseError()) << line;
    ASSERT_EQ(document.MemberCount(), 4U);
    EXPECT_STREQ(document["time"].GetString(), "2026-01-02T03:04:05.678Z");
    EXPECT_STREQ(document["level"].GetString(), "warn");
    EXPECT_STREQ(document["room"].GetString(), "wire");
    EXPECT_EQ(std::string(document["text"].GetString(), document["text"].GetStringLength()), read);
  }
}

TEST(LogLine, EscapesForeignBytes) {
  EXPECT_EQ(escape("GET /a?b=c"), "GET /a?b=c");
  EXPECT_EQ(escape("\"\\"), "\\\"\\\\");
  EXPECT_EQ(escape(std::string("\0\r\n\x1F \x7E\x7F\x80\xFF", 9)), "\\x00\\x0D\\x0A\\x1F ~\\x7F\\x80\\xFF");
  EXPECT_EQ(escape(""), "");
}

TEST(LogLine, KeepsNamesInCodeReadableAndUnambiguous) {
  EXPECT_EQ(escapeCode("/srv/a.php:3 App\\Http\\Kernel->handle()"), "/srv/a.php:3 App\\Http\\Kernel->handle()");
  // What could be read as an escape is one.
  EXPECT_EQ(escapeCode("App\\x0AB"), "App\\\\x0AB");
  EXPECT_EQ(escapeCode("App\\x0gB"), "App\\x0gB");
  EXPECT_EQ(escapeCode("a\\\n"), "a\\\\\\x0A");
  EXPECT_EQ(escapeCode("a\\\\b"), "a\\\\\\b");
  EXPECT_EQ(escapeCode("a\\\"b"), "a\\\\\\\"b");
  EXPECT_EQ(escapeCode("a\\"), "a\\\\");
  EXPECT_EQ(escapeCode("\x1B[2J\xC3"), "\\x1B[2J\\xC3");
}

}  // namespace
}  // namespace bridge::log
