#include "upstreams/tunnel_cors.h"

#include <gtest/gtest.h>

namespace bridge::upstreams {
namespace {

class TunnelCorsTest : public ::testing::Test {
 protected:
  http::Headers answer(const std::string& origin, const std::string& headers = {}, bool preflight = false) {
    const TunnelCors cors(settings, problems);
    http::Headers asked;
    if (!origin.empty()) {
      asked.add("Origin", origin);
    }
    if (!headers.empty()) {
      asked.add("Access-Control-Request-Headers", headers);
    }
    http::Headers told;
    preflight ? cors.addToPreflight(told, asked) : cors.addTo(told, asked);
    return told;
  }

  config::Settings settings;
  std::vector<config::Problem> problems;
};

TEST_F(TunnelCorsTest, AtFirstEverybodyMayCall) {
  EXPECT_EQ(answer("https://a"), (http::Headers{{"Access-Control-Allow-Origin", "*"}}));
  EXPECT_EQ(answer("https://a", "x-b", true), (http::Headers{{"Access-Control-Allow-Origin", "*"},
                                                             {"Access-Control-Allow-Methods", "POST, OPTIONS"},
                                                             {"Access-Control-Allow-Headers", "x-b"}}));
  EXPECT_FALSE(answer("https://a", "", true).has("Access-Control-Allow-Headers"));
}

TEST_F(TunnelCorsTest, OneOriginIsToldAsItIsAndOfSeveralTheOneThatAsks) {
  settings.tunnelCorsOrigin = {"https://a"};
  EXPECT_EQ(answer("https://b"), (http::Headers{{"Access-Control-Allow-Origin", "https://a"}}));
  settings.tunnelCorsOrigin = {"https://a", "https://b"};
  EXPECT_EQ(answer("https://b"), (http::Headers{{"Vary", "Origin"}, {"Access-Control-Allow-Origin", "https://b"}}));
  EXPECT_EQ(answer("https://c"), (http::Headers{{"Vary", "Origin"}}));
  EXPECT_EQ(answer(""), (http::Headers{{"Vary", "Origin"}}));
  settings.tunnelCorsVary = false;
  EXPECT_EQ(answer("https://b"), (http::Headers{{"Access-Control-Allow-Origin", "https://b"}}));
}

TEST_F(TunnelCorsTest, APatternTakesThePlaceOfTheList) {
  settings.tunnelCorsPattern = "^https://[a-z]+\\.example\\.com$";
  EXPECT_EQ(answer("https://b.example.com").find("Access-Control-Allow-Origin"), "https://b.example.com");
  EXPECT_EQ(answer("https://b.example.com.evil"), (http::Headers{{"Vary", "Origin"}}));
  EXPECT_EQ(answer("https://\xFF.example.com"), (http::Headers{{"Vary", "Origin"}}));
  settings.tunnelCorsPattern = "(";
  EXPECT_EQ(answer("("), (http::Headers{{"Vary", "Origin"}}));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.front().variable, "TUNNEL_CORS_PATTERN");
}

TEST_F(TunnelCorsTest, CookiesNeedAnOriginThatIsNamed) {
  settings.tunnelCorsCredentials = true;
  EXPECT_EQ(answer("https://a"), (http::Headers{{"Vary", "Origin"}, {"Access-Control-Allow-Credentials", "true"}}));
  settings.tunnelCorsOrigin = {"https://a"};
  EXPECT_EQ(answer("https://a").find("Access-Control-Allow-Origin"), "https://a");
}

TEST_F(TunnelCorsTest, TheRestIsSaidWhereItIsSet) {
  settings.tunnelCorsExposed = {"x-a", "x-b"};
  EXPECT_EQ(answer("").find("Access-Control-Expose-Headers"), "x-a, x-b");
  settings.tunnelCorsMethods = {"POST"};
  settings.tunnelCorsHeaders = {"x-c"};
  settings.tunnelCorsMaxAge = 60;
  const auto told = answer("", "x-d", true);
  EXPECT_EQ(told.find("Access-Control-Allow-Methods"), "POST");
  EXPECT_EQ(told.find("Access-Control-Allow-Headers"), "x-c");
  EXPECT_EQ(told.find("Access-Control-Max-Age"), "60");
  EXPECT_FALSE(told.has("Access-Control-Expose-Headers"));
}

}  // namespace
}  // namespace bridge::upstreams
