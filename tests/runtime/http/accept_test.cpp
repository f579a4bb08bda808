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

TEST(Accept, WantsAPageOnlyWhereHtmlIsNamed) {
  const auto page = [](const std::string& accept) { return wantsPage({{"Accept", accept}}); };
  EXPECT_TRUE(page("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_TRUE(page("Text/HTML;level=1"));
  EXPECT_TRUE(page("*/*, application/xhtml+xml;q=0.1"));
  EXPECT_FALSE(page("*/*"));
  EXPECT_FALSE(page("text/*"));
  EXPECT_FALSE(page("text/html;q=0, */*"));
  EXPECT_FALSE(page("application/json, text/html;q=0.9"));
  EXPECT_FALSE(page("image/avif,image/webp,*/*;q=0.8"));
  EXPECT_FALSE(wantsPage({}));
}

TEST(PreferredCoding, IsTheHeaviestAndThenTheFirstOfThoseThatThereAre) {
  constexpr std::string_view kAll[] = {"br", "zstd", "gzip"};
  struct Case {
    const char* accept;
    const char* chosen;
  };
  const Case cases[] = {
      {"gzip, deflate, br, zstd", "br"},
      {"gzip", "gzip"},
      {"GZIP;q=0.5, zstd ; q=0.6", "zstd"},
      {"x-gzip", "gzip"},
      {"br;q=0, *", "zstd"},
      {"*", "br"},
      {"*;q=0.1, gzip;q=0.2", "gzip"},
      {"", ""},
      {"deflate", ""},
      {"gzip;q=0", ""},
      {"identity, gzip;q=0.5", ""},
      {"identity;q=0.5, gzip;q=0.5", "gzip"},
      {"gzip;q=2", ""},
      {"identity;q=0", ""},
      {"br ;Q=0.001", "br"},
      {",, gzip ,", "gzip"},
  };
  for (const auto& [accept, chosen] : cases) {
    const auto found = preferredCoding({{"accept-encoding", accept}}, kAll);
    EXPECT_EQ(found ? kAll[*found] : "", chosen) << accept;
  }
  EXPECT_FALSE(preferredCoding({}, kAll));
  EXPECT_FALSE(preferredCoding({{"Accept-Encoding", "br"}}, std::span(kAll).subspan(1)));
  EXPECT_EQ(preferredCoding({{"Accept-Encoding", "br;q=0.1"}, {"Accept-Encoding", "gzip"}}, kAll), 2U);
}

}  // namespace
}  // namespace bridge::http
