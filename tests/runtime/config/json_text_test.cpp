#include "config/json_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace bridge::config {
namespace {

TEST(JsonTextTest, ReadsNumbersOfEverySize) {
  for (const auto& [text, value] : {std::pair<std::string, double>{"0E112", 0.0},
                                    {"0.000e-400", 0.0},
                                    {"-12.5e3", -12500.0},
                                    {"9007199254740993", 9007199254740993.0}}) {
    rapidjson::Document document;
    ASSERT_TRUE(parseJson(text, document).ok()) << text;
    EXPECT_EQ(document.GetDouble(), value) << text;
  }
}

TEST(JsonTextTest, SaysWhereItStops) {
  rapidjson::Document document;
  const auto read = parseJson("{\"a\": tru}", document);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().detail.find("At byte "), std::string::npos) << read.error().detail;
}

TEST(JsonTextTest, RefusesWhatWouldEndTheStackOfWhoWalksIt) {
  rapidjson::Document document;
  EXPECT_FALSE(parseJson(std::string(1'000'000, '['), document).ok());
  EXPECT_FALSE(parseJson(std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']'), document).ok());
  EXPECT_TRUE(parseJson(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']'), document).ok());
}

}  // namespace
}  // namespace bridge::config
