#include "ops/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/human.h"
#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(StatusPage, ShowsWhatTheJsonShows) {
  const auto page = statusPage(sampleStatus());
  for (const auto* part : {">ready<",
                           "5001",
                           "GET /slow/&lt;b&gt;",
                           "1.4 s",
                           "50.0 MB",
                           "grown by 6.0 MB",
                           "first waits 250 ms",
                           "4711",
                           "WorkerDied",
                           "lambdas",
                           "api&lt;1&gt;",
                           "exit code 1",
                           "r-0",
                           "App\\\\Basket::$items",
                           "was null, is &lt;b&gt;",
                           "use scoped()",
                           "Waiting",
                           "192.0.2.1",
                           "1 h 1 min",
                           "2026-01-02T03:04:05Z",
                           "queue.1",
                           "pid 6001",
                           "looping for 4.0 s",
                           "next start in 56.0 s",
                           "&quot;&lt;no port&gt;&quot;"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(StatusPage, LetsNothingFromOutsideBecomeMarkup) {
  const auto page = statusPage(sampleStatus());
  EXPECT_THAT(page, Not(HasSubstr("<b>\"")));
  EXPECT_THAT(page, Not(HasSubstr("/slow/<b>")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
}

TEST(StatusPage, NeedsNothingFromElsewhere) {
  const auto page = statusPage(sampleStatus());
  for (const auto* reference : {" src=", " href=", "url(", "@import", "<script"}) {
    EXPECT_THAT(page, Not(HasSubstr(reference)));
  }
  EXPECT_THAT(page, HasSubstr("width=device-width"));
}

TEST(StatusPage, SaysWhyItIsNotReady) {
  auto status = sampleStatus();
  status.application = {};
  status.application.state = "unavailable";
  status.application.failure = "it ended with exit code 255";
  const auto page = statusPage(status);
  EXPECT_THAT(page, HasSubstr("not ready"));
  EXPECT_THAT(page, HasSubstr("the application does not boot"));
  EXPECT_THAT(page, HasSubstr("exit code 255"));
}

TEST(Human, WritesBytes) {
  const std::pair<std::uint64_t, const char*> cases[] = {{0, "0 B"},
                                                         {1023, "1023 B"},
                                                         {4096, "4.0 KB"},
                                                         {1536U << 20U, "1.5 GB"},
                                                         {(1U << 20U) - 1, "1.0 MB"},
                                                         {1ULL << 52U, "4096.0 TB"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(humanBytes(bytes), text);
  }
}

TEST(Human, WritesSpans) {
  const std::pair<double, const char*> cases[] = {{-1, "0 ms"},         {0.0124, "12 ms"},   {0.9999, "1.0 s"},
                                                  {1.44, "1.4 s"},      {59.99, "60.0 s"},   {185, "3 min 5 s"},
                                                  {7800, "2 h 10 min"}, {273'600, "3 d 4 h"}};
  for (const auto& [seconds, text] : cases) {
    EXPECT_EQ(humanSpan(seconds), text);
  }
}

}  // namespace
}  // namespace bridge::ops
