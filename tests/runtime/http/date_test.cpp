#include "http/date.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

constexpr std::int64_t kNow = 1750000000;  // June 2025

TEST(Date, IsWrittenAsImfFixdate) {
  EXPECT_EQ(formatDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(formatDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(formatDate(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(formatDate(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(formatDate(4102444799), "Thu, 31 Dec 2099 23:59:59 GMT");
  EXPECT_EQ(formatDate(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(formatDate(INT64_MIN), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(Date, IsReadInThreeForms) {
  EXPECT_EQ(parseDate("Sun, 06 Nov 1994 08:49:37 GMT", kNow), 784111777);
  EXPECT_EQ(parseDate("Sunday, 06-Nov-94 08:49:37 GMT", kNow), 784111777);
  EXPECT_EQ(parseDate("Sun Nov  6 08:49:37 1994", kNow), 784111777);
  EXPECT_EQ(parseDate("Wed Nov 16 08:49:37 1994", kNow), 784975777);
  EXPECT_EQ(parseDate("Sat, 31 Dec 2016 23:59:60 GMT", kNow), 1483228800);
  for (const std::int64_t time : {0L, 951782400L, kNow, 253402300799L, -62167219200L}) {
    EXPECT_EQ(parseDate(formatDate(time), kNow), time);
  }
}

TEST(Date, TakesTwoDigitsForTheNearestPast) {
  EXPECT_EQ(parseDate("Sunday, 06-Nov-75 08:49:37 GMT", kNow), 3340255777);
  EXPECT_EQ(parseDate("Sunday, 06-Nov-76 08:49:37 GMT", kNow), 216118177);
}

TEST(Date, IsNotReadOtherwise) {
  for (const auto* text : {"",
                           "x",
                           "0",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           " Sun, 06 Nov 1994 08:49:37 GMT",
                           "sun, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 94 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 29 Feb 1900 08:49:37 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:00 GMT",
                           "Sun, 06 Nov 1994 08:00:61 GMT",
                           "Sun, +6 Nov 1994 08:49:37 GMT",
                           "Sunday, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Xxx, 06 Nov 1994 08:49:37 GMT",
                           "1994-11-06T08:49:37Z",
                           "Sun, 06 Nov 1994 8:49:37 GMT"}) {
    EXPECT_EQ(parseDate(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bridge::http
