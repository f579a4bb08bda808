#include "routes/router.h"

#include <gtest/gtest.h>

namespace bridge::routes {
namespace {

Router<int> routerOf(std::initializer_list<const char*> patterns) {
  Router<int> router;
  int index = 0;
  for (const char* text : patterns) {
    router.add(Pattern::parse(text).value(), index++);
  }
  return router;
}

int targetOf(const Router<int>& router, std::string_view path) {
  const auto match = router.find(path);
  return match ? match->target : -1;
}

TEST(Router, PrefersLiteralsToCapturesToTheWildcardInWhateverOrderTheyWereAdded) {
  const auto router = routerOf({"/*", "/users/{id}", "/users/me", "/users/*"});
  EXPECT_EQ(targetOf(router, "/users/me"), 2);
  EXPECT_EQ(targetOf(router, "/users/7"), 1);
  EXPECT_EQ(targetOf(router, "/users/7/posts"), 3);
  EXPECT_EQ(targetOf(router, "/about"), 0);
}

TEST(Router, TakesTheFirstAddedAmongEquals) { EXPECT_EQ(targetOf(routerOf({"/{a}", "/{b}"}), "/x"), 0); }

TEST(Router, FindsNothingWhereNoPatternMatches) { EXPECT_EQ(targetOf(routerOf({"/a", "/b/*"}), "/c"), -1); }

TEST(Router, GoesOnToTheNextRouteWhereATargetDeclines) {
  const auto router = routerOf({"/*", "/users/me", "/users/{id}"});
  const auto match = router.find("/users/me", [](int target) { return target != 1; });
  ASSERT_TRUE(match);
  EXPECT_EQ(match->target, 2);
  EXPECT_EQ(match->params.at("id"), "me");
  EXPECT_FALSE(router.find("/users/me", [](int) { return false; }));
}

}  // namespace
}  // namespace bridge::routes
