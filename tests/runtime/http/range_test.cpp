#include "http/range.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

using Kind = RangeRequest::Kind;

RangeRequest partial(std::vector<ByteRange> ranges) { return {.kind = Kind::partial, .ranges = std::move(ranges)}; }

TEST(Range, ReadsOneRange) {
  EXPECT_EQ(parseRange("bytes=0-4", 1000), partial({{0, 5}}));
  EXPECT_EQ(parseRange("Bytes=0-4", 1000), partial({{0, 5}}));
  EXPECT_EQ(parseRange("bytes=0-0", 1000), partial({{0, 1}}));
  EXPECT_EQ(parseRange("bytes=999-999", 1000), partial({{999, 1}}));
  EXPECT_EQ(parseRange("bytes=500-", 1000), partial({{500, 500}}));
  EXPECT_EQ(parseRange("bytes=500-99999", 1000), partial({{500, 500}}));
  EXPECT_EQ(parseRange("bytes=500-99999999999999999999999", 1000), partial({{500, 500}}));
  EXPECT_EQ(parseRange("bytes=-5", 1000), partial({{995, 5}}));
  EXPECT_EQ(parseRange("bytes=-5000", 1000), partial({{0, 1000}}));
  EXPECT_EQ(parseRange("bytes=0-18446744073709551615", 1000), partial({{0, 1000}}));
}

TEST(Range, ReadsSeveralInTheOrderAskedFor) {
  EXPECT_EQ(parseRange("bytes=500-509, 0-9 ,-1", 1000), partial({{500, 10}, {0, 10}, {999, 1}}));
  EXPECT_EQ(parseRange("bytes=,0-9,,500-509,", 1000), partial({{0, 10}, {500, 10}}));
  EXPECT_EQ(parseRange("bytes=0-9, 2000-3000", 1000), partial({{0, 10}}));
}

TEST(Range, JoinsRangesThatOverlapOrLieClose) {
  EXPECT_EQ(parseRange("bytes=0-9,5-19", 1000), partial({{0, 20}}));
  EXPECT_EQ(parseRange("bytes=100-199,0-99", 1000), partial({{0, 200}}));
  EXPECT_EQ(parseRange("bytes=0-9,90-99", 1000), partial({{0, 100}}));
  EXPECT_EQ(parseRange("bytes=0-9,91-99", 1000), partial({{0, 10}, {91, 9}}));
  EXPECT_EQ(parseRange("bytes=0-,0-,0-,0-", 1000), partial({{0, 1000}}));
  EXPECT_EQ(parseRange("bytes=0-,5-6", 1000), partial({{0, 1000}}));
}

TEST(Range, IgnoresWhatIsMalformed) {
  for (const auto* value : {"",           "bytes",       "bytes=",      "bytes=,",     "bytes=a-b",     "bytes=1",
                            "bytes=-",    "bytes=--1",   "bytes=5-4",   "bytes=0-4,x", "bytes=0-4,9-8", "bytes =0-4",
                            "bytes=0 -4", "bytes=+0-4",  "bytes=0-4;x", "bytes:0-4",   "items=0-4",     "=0-4",
                            "0-4",        "bytes=0x0-4", "bytes=1.5-4"}) {
    EXPECT_EQ(parseRange(value, 1000).kind, Kind::whole) << value;
  }
}

TEST(Range, IgnoresTooManyRanges) {
  std::string value = "bytes=0-0";
  for (int i = 1; i < 16; ++i) value += "," + std::to_string(i * 1000) + "-" + std::to_string(i * 1000);
  EXPECT_EQ(parseRange(value, 100000).ranges.size(), 16U);
  EXPECT_EQ(parseRange(value + ",99999-", 100000).kind, Kind::whole);
}

TEST(Range, IsUnsatisfiableOutsideTheFile) {
  for (const auto* value :
       {"bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=1000-,2000-", "bytes=18446744073709551616-"}) {
    EXPECT_EQ(parseRange(value, 1000).kind, Kind::unsatisfiable) << value;
  }
  EXPECT_EQ(parseRange("bytes=0-", 0).kind, Kind::unsatisfiable);
  EXPECT_EQ(parseRange("bytes=-5", 0).kind, Kind::unsatisfiable);
}

TEST(Range, IsWrittenForTheAnswer) { EXPECT_EQ(contentRange({5, 10}, 1000), "bytes 5-14/1000"); }

}  // namespace
}  // namespace bridge::http
