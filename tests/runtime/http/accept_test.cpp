#include "http/accept.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

bool json(const std::string& accept) { return prefersJson({{"Accept", accept}}); }

TEST(Accept, PrefersJsonWhereItComesFirst) {
  EXPECT_TRUE(json("application/json"));
  EXPECT_TRUE(json("Application/JSON; charset=utf-8"));
  EXPECT_TRUE(json("application/vnd.api+json"));
  EXPECT_TRUE(json("application/json, text/plain, */*"));
  EXPECT_TRUE(json("text/html;q=0.5, application/json"));
  EXPECT_TRUE(json("text/html;q=0.5, application/problem+json;q=0.9"));
  EXPECT_FALSE(json("text/html, application/json"));
  EXPECT_FALSE(json("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_FALSE(json("application/json;q=0, text/html"));
  EXPECT_FALSE(json("application/json;q=0.1, text/html;q=0.2"));
  EXPECT_FALSE(json("application/json;q=9"));
  EXPECT_FALSE(json("application/json;q=x"));
  EXPECT_FALSE(json("*/*"));
  EXPECT_FALSE(json(""));
  EXPECT_FALSE(json(",,;q"));
  EXPECT_FALSE(prefersJson({}));
}

TEST(Accept, PrefersJsonForScriptsThatTakeAnything) {
  const HeaderField script{"X-Requested-With", "XMLHttpRequest"};
  EXPECT_TRUE(prefersJson({script}));
  EXPECT_TRUE(prefersJson({script, {"Accept", "*/*"}}));
  EXPECT_FALSE(prefersJson({script, {"Accept", "text/html, */*; q=0.01"}}));
  EXPECT_FALSE(prefersJson({script, {"X-PJAX", "true"}}));
}

}  // namespace
}  // namespace bridge::http
