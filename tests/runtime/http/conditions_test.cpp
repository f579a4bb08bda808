#include "http/conditions.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
/// Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::int64_t kModified = 784'111'777;
constexpr auto kSame = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr auto kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr Validators kFile{.etag = "\"a\"", .modified = kModified};

struct Case {
  Headers headers;
  Precondition expected;
};

void check(const std::vector<Case>& cases, const Validators& validators, std::string_view method = "GET") {
  for (const auto& [headers, expected] : cases) {
    std::string text;
    for (const auto& [name, value] : headers) text += name + ": " + value + "; ";
    EXPECT_EQ(checkPreconditions(method, headers, validators, kNow), expected) << method << " " << text;
  }
}

TEST(Preconditions, IfNoneMatchComparesWeaklyAndWinsOverTheDate) {
  check({{{{"If-None-Match", "\"a\""}}, Precondition::notModified},
         {{{"If-None-Match", "W/\"a\""}}, Precondition::notModified},
         {{{"If-None-Match", "\"b\" , ,\"a\""}}, Precondition::notModified},
         {{{"If-None-Match", "\"b\""}, {"If-None-Match", "\"a\""}}, Precondition::notModified},
         {{{"If-None-Match", "*"}}, Precondition::notModified},
         {{{"If-None-Match", "\"x\"a\""}}, Precondition::proceed},
         {{{"If-None-Match", "a"}}, Precondition::proceed},
         {{{"If-None-Match", "\"a"}}, Precondition::proceed},
         {{{"If-None-Match", "\"b\""}, {"If-Modified-Since", kSame}}, Precondition::proceed}},
        kFile);
}

TEST(Preconditions, IfMatchComparesStronglyAndWinsOverTheDate) {
  check({{{{"If-Match", "\"b\", \"a\""}}, Precondition::proceed},
         {{{"If-Match", "*"}}, Precondition::proceed},
         {{{"If-Match", "W/\"a\""}}, Precondition::failed},
         {{{"If-Match", "\"b\""}}, Precondition::failed},
         {{{"If-Match", "\"a\""}, {"If-Unmodified-Since", kBefore}}, Precondition::proceed},
         {{{"If-Match", "\"a\""}, {"If-None-Match", "\"a\""}}, Precondition::notModified},
         {{{"If-Match", "\"b\""}, {"If-None-Match", "\"a\""}}, Precondition::failed}},
        kFile);
  check({{{{"If-Match", "W/\"a\""}}, Precondition::failed}, {{{"If-None-Match", "\"a\""}}, Precondition::notModified}},
        {.etag = "W/\"a\"", .modified = kModified});
}

TEST(Preconditions, DatesCountToTheSecondAndOnlyWhereTheyAreDates) {
  check({{{{"If-Modified-Since", kSame}}, Precondition::notModified},
         {{{"If-Modified-Since", kAfter}}, Precondition::notModified},
         {{{"If-Modified-Since", kBefore}}, Precondition::proceed},
         {{{"If-Modified-Since", "yesterday"}}, Precondition::proceed},
         {{{"If-Unmodified-Since", kSame}}, Precondition::proceed},
         {{{"If-Unmodified-Since", kBefore}}, Precondition::failed},
         {{{"If-Unmodified-Since", "yesterday"}}, Precondition::proceed}},
        kFile);
}

TEST(Preconditions, MethodsThatWriteFailInsteadOfBeingUnmodified) {
  check(
      {{{{"If-None-Match", "\"a\""}}, Precondition::failed}, {{{"If-Modified-Since", kAfter}}, Precondition::proceed}},
      kFile, "PUT");
}

TEST(Preconditions, WithoutValidatorsOnlyAStarMatches) {
  check({{{{"If-None-Match", "\"a\""}}, Precondition::proceed},
         {{{"If-Match", "\"a\""}}, Precondition::failed},
         {{{"If-Match", "*"}}, Precondition::proceed},
         {{{"If-Modified-Since", kAfter}}, Precondition::proceed},
         {{{"If-Unmodified-Since", kBefore}}, Precondition::proceed}},
        {});
}

TEST(RangeApplies, OnlyToTheStateThatIfRangeNames) {
  EXPECT_TRUE(rangeApplies({}, kFile, kNow));
  EXPECT_TRUE(rangeApplies({{"If-Range", "\"a\""}}, kFile, kNow));
  EXPECT_TRUE(rangeApplies({{"If-Range", kSame}}, kFile, kNow));
  for (const auto* other : {"\"b\"", "W/\"a\"", kBefore, kAfter, "nonsense"}) {
    EXPECT_FALSE(rangeApplies({{"If-Range", other}}, kFile, kNow)) << other;
  }
}

}  // namespace
}  // namespace bridge::http
