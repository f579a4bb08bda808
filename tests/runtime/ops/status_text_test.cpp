#include "ops/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "ops/status.h"
#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string sampleText(const TextStyle& style = {}) { return statusText(statusJson(sampleStatus()), style).value(); }

TEST(StatusText, TellsAPersonWhatGoesOn) {
  const auto text = sampleText();
  EXPECT_THAT(text, StartsWith("ready\n"));
  for (const auto* part :
       {"pid 4700", "up 1 h 1 min", "3 connections of 100, 1 requests in progress",
        "serving, generation 2, handler 4711", "1 busy, 1 idle", "2 of 64, the first waits 250 ms", "workers 90.0 MB",
        "GET /slow/<b>", "leak     App\\Basket::$items was null, is <b> after GET /basket", "WorkerDied id=r-0",
        "lambdas     waiting 3, load 0.5", "6002 api<1>", "6001 running", "queue.1\n",
        "ws, next start in 56.0 s: exit code 1, its last words: \"<no port>\""}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(StatusText, SpeaksOfNoApplicationWhereThereIsNone) {
  auto status = sampleStatus();
  status.application = {};
  const auto text = statusText(statusJson(status), {}).value();
  EXPECT_THAT(text, HasSubstr("memory      server 12.0 MB"));
  EXPECT_THAT(text, Not(HasSubstr("application")));
  EXPECT_THAT(text, HasSubstr("lambdas"));
}

TEST(StatusText, PutsTheLongestAtWorkFirst) {
  auto status = sampleStatus();
  std::swap(status.application.pool.workers[0], status.application.pool.workers[1]);
  const auto text = workersText(statusJson(status), {}).value();
  EXPECT_LT(text.find("5001"), text.find("5002"));
}

TEST(StatusText, ShowsByHowMuchAWorkerHasGrown) {
  auto status = sampleStatus();
  status.application.pool.workers[1].requests = 3;
  status.application.pool.workers[1].growth = -4096;
  const auto text = workersText(statusJson(status), {}).value();
  EXPECT_THAT(text, HasSubstr("   +6.0 MB    +1.0 MB  GET /slow/<b>"));
  EXPECT_THAT(text, HasSubstr("   -4.0 KB    -2.0 KB"));
}

TEST(StatusText, CutsLinesAtTheWidthOfTheTerminal) {
  std::istringstream lines(sampleText({.width = 40, .coloured = false}));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 40U) << line;
  }
}

TEST(StatusText, PaintsOnlyWhenAskedTo) {
  EXPECT_THAT(sampleText(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(sampleText({.width = 0, .coloured = true}), StartsWith("\x1b[1;32mready\x1b[0m\n"));
}

TEST(StatusText, LetsNothingFromOutsideMoveTheCursor) {
  auto status = sampleStatus();
  status.failures[0].detail = "a\x1b[2Jb\xC2\x9Bz\nnext Größe";
  const auto text = statusText(statusJson(status), {}).value();
  EXPECT_THAT(text, HasSubstr("a?[2Jb?z?next Größe"));
}

TEST(StatusText, SaysWhyTheServerIsNotReady) {
  auto status = sampleStatus();
  status.application = {};
  status.application.state = "unavailable";
  status.application.failure = "exit code 255";
  const auto json = statusJson(status);
  EXPECT_THAT(statusText(json, {}).value(), StartsWith("not ready: the application does not boot\n"));
  EXPECT_THAT(statusText(json, {}).value(), HasSubstr("exit code 255"));
  EXPECT_FALSE(saysReady(json));
  EXPECT_TRUE(saysReady(statusJson(sampleStatus())));
}

TEST(StatusText, BearsWhatAnotherVersionSays) {
  EXPECT_TRUE(statusText("{}", {}).ok());
  EXPECT_TRUE(statusText(R"({"application":{"workers":[1,{"pid":"x"}]},"errors":{}})", {}).ok());
  for (const auto* broken : {"", "[]", "{\"pid\":"}) {
    EXPECT_FALSE(statusText(broken, {}).ok());
    EXPECT_FALSE(workersText(broken, {}).ok());
    EXPECT_FALSE(saysReady(broken));
  }
}

}  // namespace
}  // namespace bridge::ops
