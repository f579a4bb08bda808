#include "config/dotenv.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "support/temp_dir.h"

namespace bridge::config {
namespace {

std::string text(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

Variables variables(const rapidjson::Value& owner, const char* name) {
  Variables out;
  if (owner.HasMember(name)) {
    for (const auto& member : owner[name].GetObject()) {
      out.emplace(text(member.name), text(member.value));
    }
  }
  return out;
}

// The same file is run through vlucas/phpdotenv by tests/php/Dotenv/DotenvCasesTest.php.
TEST(Dotenv, ReadsEveryCaseAsPhpdotenvDoes) {
  const auto json = testing::readAll(TESTS_DIR "/runtime/config/dotenv_cases.json");
  rapidjson::Document cases;
  cases.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  ASSERT_TRUE(cases.IsArray());
  ASSERT_GE(cases.Size(), 100U);
  for (const auto& entry : cases.GetArray()) {
    SCOPED_TRACE(text(entry["name"]));
    const auto read = parseDotenv(text(entry["input"]), variables(entry, "environment"));
    if (entry.HasMember("error")) {
      ASSERT_FALSE(read.errors.empty());
      EXPECT_EQ(read.errors[0].message, text(entry["error"]));
    } else {
      EXPECT_TRUE(read.errors.empty()) << read.errors[0].message;
      EXPECT_EQ(read.values, variables(entry, "values"));
    }
  }
}

TEST(Dotenv, CollectsAllErrorsWithTheirLines) {
  const auto read = parseDotenv("A=1\n=2\r\nB=x y\n\n# c\nC=\"one\ntwo\" three\nD=4\rE='\n");
  ASSERT_EQ(read.errors.size(), 4U);
  EXPECT_EQ(read.errors[0].line, 2U);
  EXPECT_EQ(read.errors[1].line, 3U);
  EXPECT_EQ(read.errors[2].line, 6U);
  EXPECT_EQ(read.errors[3].line, 9U);
  EXPECT_EQ(read.values, (Variables{{"A", "1"}, {"D", "4"}}));
}

TEST(Dotenv, KeepsBytesThatAreNoUtf8) {
  EXPECT_EQ(parseDotenv("A=\xE9\xFF").values.at("A"), "\xE9\xFF");
  EXPECT_EQ(parseDotenv("A=\"\xE9 ${X}\"", {{"X", "1"}}).values.at("A"), "\xE9 1");
}

TEST(Dotenv, DoesNotLetReferencesFillTheMemory) {
  std::string bomb = "A0=0123456789\n";
  for (int i = 1; i < 64; ++i) {
    const auto last = "${A" + std::to_string(i - 1) + "}";
    bomb += "A" + std::to_string(i) + "=" + last + last + "\n";
  }
  const auto read = parseDotenv(bomb);
  ASSERT_FALSE(read.errors.empty());
  EXPECT_EQ(read.errors[0].message, "a value that grows beyond 1 MiB");
}

}  // namespace
}  // namespace bridge::config
