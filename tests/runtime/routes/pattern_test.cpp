#include "routes/pattern.h"

#include <gtest/gtest.h>

namespace bridge::routes {
namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool matches;
  Params params;
};

class PatternMatch : public testing::TestWithParam<Case> {};

TEST_P(PatternMatch, CapturesWhatThePatternNames) {
  const Case& c = GetParam();
  const auto pattern = Pattern::parse(c.pattern);
  ASSERT_TRUE(pattern.ok());
  const auto params = pattern->match(c.path);
  EXPECT_EQ(params.has_value(), c.matches) << c.pattern << " on " << c.path;
  if (params && c.matches) {
    EXPECT_EQ(*params, c.params);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, PatternMatch,
    testing::Values(Case{"/", "/", true, {}}, Case{"/", "/a", false, {}}, Case{"/status", "/status", true, {}},
                    Case{"/status", "/status/", false, {}}, Case{"/status", "/statusx", false, {}},
                    Case{"/users/{id}", "/users/7", true, {{"id", "7"}}}, Case{"/users/{id}", "/users/", false, {}},
                    Case{"/users/{id}", "/users/7/posts", false, {}},
                    Case{"/{ns}/{name}", "/a/b%2Fc", true, {{"ns", "a"}, {"name", "b%2Fc"}}},
                    Case{"/files/*", "/files/a/b", true, {{"*", "a/b"}}},
                    Case{"/files/*", "/files/", true, {{"*", ""}}}, Case{"/files/*", "/files", true, {{"*", ""}}},
                    Case{"/files/*", "/filesystem", false, {}}, Case{"/*", "/", true, {{"*", ""}}},
                    Case{"/*", "/a", true, {{"*", "a"}}}, Case{"/*", "*", false, {}}, Case{"/a//b", "/a//b", true, {}},
                    Case{"/a//b", "/a/b", false, {}}));

TEST(Pattern, RefusesTextsThatAreNoPatternAndSaysWhy) {
  for (const char* text : {"", "status", "/a/*/b", "/a*", "/{id", "/x{id}", "/{}"}) {
    const auto pattern = Pattern::parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_NE(pattern.error().detail.find("pattern '"), std::string::npos);
  }
}

}  // namespace
}  // namespace bridge::routes
