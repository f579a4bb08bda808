#include "ops/access_log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

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
          .memory = 0,
          .pid = 4711,
          .upstream = {},
          .error = {}};
}

TEST(AccessLog, WritesOneLineWithEveryFigureOfTheRequest) {
  EXPECT_EQ(accessLine(sample(), true),
            "id=r-1 client=127.0.0.1 method=GET target=\"/login?token=secret\" status=200 bytes=512 ms=12.000 "
            "wait_ms=2.000 work_ms=9.000 pid=4711");
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

TEST(AccessLog, TellsTheMemoryWhereAWorkerHasToldIt) {
  auto record = sample();
  record.memory = 14680064;
  record.upstream = "laravel";
  EXPECT_TRUE(accessLine(record, false).ends_with(" pid=4711 memory=14680064 upstream=laravel"));
}

TEST(TerminalLine, HasItsFiguresInColumns) {
  ::setenv("TZ", "UTC", 1);
  auto record = sample();
  record.memory = 14680064;
  EXPECT_EQ(terminalLine(record, false, 3600, false), "01:00:00  GET     200    12.0 ms   14.0 MiB  /login");
  record.method = "OPTIONS";
  record.memory = 0;
  record.total = Millis(12345);
  EXPECT_EQ(terminalLine(record, true, 3600, false),
            "01:00:00  OPTIONS 200    12.35 s             /login?token=secret");
}

TEST(TerminalLine, PaintsTheStatusByItsClass) {
  const std::pair<int, const char*> cases[] = {
      {204, "\x1b[32m204"}, {302, "\x1b[36m302"}, {404, "\x1b[33m404"}, {500, "\x1b[31m500"}, {0, "\x1b[31mcut"}};
  for (const auto& [status, painted] : cases) {
    auto record = sample();
    record.status = status;
    EXPECT_NE(terminalLine(record, false, 0, true).find(painted), std::string::npos) << painted;
    EXPECT_EQ(terminalLine(record, false, 0, false).find('\x1b'), std::string::npos);
  }
}

TEST(TerminalLine, SaysWhichRequestHasFailedAndWhy) {
  auto record = sample();
  record.status = 502;
  record.error = "WorkerDied";
  EXPECT_TRUE(terminalLine(record, false, 0, false).ends_with("/login  WorkerDied  id=r-1"));
}

TEST(TerminalLine, ShowsNothingOfAClientThatATerminalWouldObey) {
  auto record = sample();
  record.target = "/x\x1b[2J";
  EXPECT_TRUE(terminalLine(record, false, 0, false).ends_with("/x\\x1B[2J"));
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
