#include "config/tunnel_config.h"

#include <gtest/gtest.h>

namespace bridge::config {
namespace {

TEST(TunnelConfigTest, KeysAreTheSettingsAndTheOlderNames) {
  const auto config = parseTunnelConfig(R"({
    "base_path": "/rpc", "port": 7071, "host": "127.0.0.2", "auth_token": ["a", "b"], "auth_header": "x-key",
    "allowed_tasks": ["app.a"], "allowed_events": [], "cors_origin": "*", "delegate_auth": true, "timeout": 2.5,
    "timeouts": {"app.a": 60, "app.b": 0.5}, "cors": {"origin": ["https://a"], "credentials": true, "max_age": 60},
    "error_format": "runner", "workers": null
  })",
                                        true);
  EXPECT_TRUE(config.problems.empty());
  const Variables expected = {{"TUNNEL_MOUNT", "/rpc"},
                              {"HTTP_PORT", "7071"},
                              {"HTTP_HOST", "127.0.0.2"},
                              {"TUNNEL_TOKEN", "a,b"},
                              {"TUNNEL_TOKEN_HEADER", "x-key"},
                              {"TUNNEL_TASKS", "app.a"},
                              {"TUNNEL_EVENTS", ""},
                              {"TUNNEL_CORS_ORIGIN", "https://a"},
                              {"TUNNEL_DELEGATE_AUTH", "on"},
                              {"TUNNEL_TIMEOUT", "2.5"},
                              {"TUNNEL_CORS_CREDENTIALS", "on"},
                              {"TUNNEL_CORS_MAX_AGE", "60"},
                              {"TUNNEL_TIMEOUTS", "app.a=60,app.b=0.5"},
                              {"TUNNEL_ERROR_FORMAT", "runner"}};
  EXPECT_EQ(config.settings, expected);
}

TEST(TunnelConfigTest, AllThatIsWrongIsSaidAtOnce) {
  const auto config = parseTunnelConfig(
      R"({"colour": 1, "config": "a", "TASKS": "", "tasks": ["a,b"], "tokens": 1, "events": [[]], "cors_methods": {}, "port": 1})",
      false);
  EXPECT_EQ(config.problems.size(), 7U);
  EXPECT_EQ(config.problems.front().text(), "colour: is no setting of the tunnel");
  EXPECT_EQ(config.problems.back().text(),
            "port: is for `laravel-bridge tunnel`; here HTTP_HOST and HTTP_PORT say it for all kinds together");
  EXPECT_EQ(parseTunnelConfig("[]", true).problems.front().text(), "is no object of JSON");
  EXPECT_NE(parseTunnelConfig("{", true).problems.front().text().find("byte 1"), std::string::npos);
}

TEST(TunnelConfigTest, ATimeoutIsAnIdAndSeconds) {
  EXPECT_EQ(parseTaskTimeout("app.a=1.5"), std::pair(std::string("app.a"), Duration(Millis(1500))));
  EXPECT_EQ(parseTaskTimeout("a=b=0"), std::pair(std::string("a=b"), Duration::zero()));
  for (const auto* wrong : {"app.a", "=1", "a=", "a=-1", "a=x", "a=86401", ""}) {
    EXPECT_FALSE(parseTaskTimeout(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace bridge::config
