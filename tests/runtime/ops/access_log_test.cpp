#include "ops/access_log.h"

#include <gtest/gtest.h>

namespace bridge::ops {
namespace {

AccessRecord sample() {
  return {.id = "r-1",
          .client = "127.0.0.1",
          .method = "GET",
          .target = "/login?token=secret",
          .status = 200,
          .bytes = 512,
          .total = Millis(12),
          .waited = Millis(2),
          .worked = Millis(9),
          .pid = 4711,
          .upstream = {},
          .error = {}};
}

TEST(AccessLog, WritesOneLineWithEveryFigureOfTheRequest) {
  EXPECT_EQ(accessLine(sample(), true),
            "id=r-1 client=127.0.0.1 method=GET target=\"/login?token=secret\" status=200 bytes=512 ms=12.000 "
            "wait_ms=2.000 php_ms=9.000 pid=4711");
}

TEST(AccessLog, LeavesTheQueryOutUnlessAsked) {
  EXPECT_EQ(accessLine(sample(), false).find("secret"), std::string::npos);
}

TEST(AccessLog, NamesTheErrorThatEndedTheRequest) {
  auto record = sample();
  record.error = "WorkerDied";
  record.upstream = "laravel";
  EXPECT_TRUE(accessLine(record, false).ends_with(" upstream=laravel error=WorkerDied"));
}

TEST(AccessLog, KeepsForeignBytesFromBreakingTheLine) {
  auto record = sample();
  record.method = "A\"B";
  record.target = "/x\n\x1b[31m";
  const auto line = accessLine(record, false);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_NE(line.find("method=A\\\"B"), std::string::npos);
}

}  // namespace
}  // namespace bridge::ops
