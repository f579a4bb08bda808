#include "ops/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "ops/memory.h"
#include "ops/recent_failures.h"
#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

using ::testing::StrEq;

rapidjson::Document parse(const inspect::Status& status) {
  rapidjson::Document document;
  document.Parse(statusJson(status).c_str());
  EXPECT_FALSE(document.HasParseError());
  return document;
}

TEST(StatusJson, TellsWhichWorkerIsBusyWithWhatAndForHowLong) {
  const auto json = parse(sampleStatus());
  const auto& workers = json["application"]["workers"];
  ASSERT_EQ(workers.Size(), 2U);
  EXPECT_EQ(workers[0]["pid"].GetInt(), 5001);
  EXPECT_STREQ(workers[0]["state"].GetString(), "busy");
  EXPECT_STREQ(workers[0]["request"].GetString(), "GET /slow/<b>");
  EXPECT_DOUBLE_EQ(workers[0]["age_seconds"].GetDouble(), 1.4);
  EXPECT_EQ(workers[0]["requests"].GetUint64(), 7U);
  EXPECT_EQ(workers[0]["resident_bytes"].GetUint64(), 50U << 20U);
  EXPECT_EQ(workers[0]["growth_bytes"].GetInt64(), 6 << 20);
  EXPECT_EQ(workers[0]["growth_bytes_per_request"].GetInt64(), 1 << 20);
  EXPECT_EQ(workers[1]["growth_bytes_per_request"].GetInt64(), 0);
  EXPECT_TRUE(workers[1]["request"].IsNull());
}

TEST(StatusJson, TellsOfQueueGenerationsAndRequests) {
  const auto json = parse(sampleStatus());
  const auto& application = json["application"];
  EXPECT_EQ(application["generation"].GetInt(), 2);
  EXPECT_EQ(application["handler"].GetInt(), 4711);
  EXPECT_TRUE(application["failure"].IsNull());
  EXPECT_EQ(application["queue"]["length"].GetInt(), 2);
  EXPECT_DOUBLE_EQ(application["queue"]["oldest_seconds"].GetDouble(), 0.25);
  EXPECT_EQ(json["server"]["requests_in_progress"].GetInt(), 1);
  EXPECT_STREQ(json["server"]["requests"][0]["id"].GetString(), "r-1");
  EXPECT_STREQ(json["server"]["requests"][0]["state"].GetString(), "Waiting");
  EXPECT_STREQ(json["processes"][0]["name"].GetString(), "queue.1");
  EXPECT_STREQ(json["processes"][1]["state"].GetString(), "looping");
  EXPECT_DOUBLE_EQ(json["processes"][1]["next_start_seconds"].GetDouble(), 56);
  EXPECT_EQ(json["processes"][1]["restarts"].GetInt(), 6);
  EXPECT_TRUE(json["ready"].GetBool());
  EXPECT_EQ(json["log_lines_dropped"].GetInt(), 5);
  EXPECT_DOUBLE_EQ(json["uptime_seconds"].GetDouble(), 3700);
  EXPECT_STREQ(json["started_at"].GetString(), "2026-01-02T03:03:20Z");
}

TEST(StatusJson, TellsWhatTheDetectorsHaveFound) {
  const auto json = parse(sampleStatus());
  const auto& findings = json["application"]["findings"];
  ASSERT_EQ(findings.Size(), 1U);
  EXPECT_STREQ(findings[0]["kind"].GetString(), "leak");
  EXPECT_STREQ(findings[0]["place"].GetString(), "App\\Basket::$items");
  EXPECT_STREQ(findings[0]["what"].GetString(), "was null, is <b>");
  EXPECT_STREQ(findings[0]["route"].GetString(), "GET /basket");
  EXPECT_STREQ(findings[0]["advice"].GetString(), "use scoped()");
  EXPECT_EQ(findings[0]["workers"].GetInt(), 2);
}

TEST(StatusJson, TellsWhatEachKindCountsAndKeeps) {
  const auto json = parse(sampleStatus());
  ASSERT_EQ(json["upstreams"].Size(), 2U);
  EXPECT_STREQ(json["upstreams"][0]["kind"].GetString(), "laravel");
  const auto& lambdas = json["upstreams"][1];
  EXPECT_EQ(lambdas["figures"]["waiting"].GetInt(), 3);
  EXPECT_DOUBLE_EQ(lambdas["figures"]["load"].GetDouble(), 0.5);
  const auto& process = lambdas["processes"][0];
  EXPECT_STREQ(process["id"].GetString(), "api<1>");
  EXPECT_EQ(process["pid"].GetInt(), 6002);
  EXPECT_EQ(process["starts"].GetInt(), 2);
  EXPECT_EQ(process["in_progress"].GetInt(), 1);
  EXPECT_STREQ(process["last_end"].GetString(), "exit code 1");
}

TEST(StatusJson, SaysWhyItIsNotReady) {
  auto status = sampleStatus();
  status.server.stopping = true;
  const auto json = parse(status);
  EXPECT_FALSE(json["ready"].GetBool());
  EXPECT_STREQ(json["reasons"][0].GetString(), "the server is stopping");
}

TEST(StatusJson, IsAsciiWhateverBytesCameFromOutside) {
  const auto text = statusJson(sampleStatus());
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); }));
  const auto json = parse(sampleStatus());
  EXPECT_STREQ(json["errors"][0]["detail"].GetString(), "it \"broke\" ?\x1b[31m");

  auto status = sampleStatus();
  status.failures[0].detail = "Größe";
  EXPECT_STREQ(parse(status)["errors"][0]["detail"].GetString(), "Größe");
}

TEST(StatusJson, OfAnEmptyServerIsWhole) {
  const auto json = parse(inspect::Status());
  EXPECT_EQ(json["application"]["workers"].Size(), 0U);
  EXPECT_FALSE(json["ready"].GetBool());
}

TEST(CompleteStatus, AsksTheKernelForMemory) {
  inspect::Status status;
  status.application.pool.workers.resize(2);
  status.application.pool.workers[0].pid = ::getpid();
  completeStatus(status, 1000, 1090.5);
  EXPECT_EQ(status.pid, ::getpid());
  EXPECT_EQ(status.uptime, Millis(90'500));
  EXPECT_GT(status.resident, 1U << 20U);
  EXPECT_GT(status.application.pool.workers[0].resident, 1U << 20U);
  EXPECT_EQ(status.application.pool.workers[1].resident, 0U);
}

TEST(ResidentBytes, AreNoneOfAProcessThatIsNot) { EXPECT_EQ(residentBytes(-1), 0U); }

TEST(RecentFailures, KeepTheLastAndForgetTheRest) {
  RecentFailures failures(3);
  for (const char* id : {"a", "b", "c", "d"}) {
    inspect::Failure failure;
    failure.id = id;
    failures.add(std::move(failure));
  }
  std::string ids;
  for (const auto& failure : failures.list()) {
    ids += failure.id;
  }
  EXPECT_THAT(ids, StrEq("dcb"));
}

}  // namespace
}  // namespace bridge::ops
