#include "config/process_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Restart = ProcessEntry::Restart;

TEST(ProcessList, IsReadAsAProcfileIs) {
  const auto list =
      parseProcesses("queue: artisan queue:work --tries=3; schedule : artisan schedule:work\nws:node ws.js;");
  EXPECT_THAT(list.problems, IsEmpty());
  ASSERT_EQ(list.entries.size(), 3U);
  EXPECT_EQ(list.entries[0], (ProcessEntry{.name = "queue",
                                           .command = {"artisan", "queue:work", "--tries=3"},
                                           .count = 1,
                                           .restart = Restart::always,
                                           .stopSignal = SIGTERM,
                                           .stopTimeout = Seconds(60)}));
  EXPECT_EQ(list.entries[1].name, "schedule");
  EXPECT_THAT(list.entries[2].command, ElementsAre("node", "ws.js"));
}

TEST(ProcessList, TakesOptions) {
  const auto list = parseProcesses(
      "a(2): x; b (count=3, restart=on-failure,signal=SIGINT , timeout=1.5): x; c(restart=never, signal=QUIT): x; d(): "
      "x");
  EXPECT_THAT(list.problems, IsEmpty());
  ASSERT_EQ(list.entries.size(), 4U);
  EXPECT_EQ(list.entries[0].count, 2);
  EXPECT_EQ(list.entries[1], (ProcessEntry{.name = "b",
                                           .command = {"x"},
                                           .count = 3,
                                           .restart = Restart::onFailure,
                                           .stopSignal = SIGINT,
                                           .stopTimeout = Millis(1500)}));
  EXPECT_EQ(list.entries[2].restart, Restart::never);
  EXPECT_EQ(list.entries[2].stopSignal, SIGQUIT);
}

TEST(ProcessList, LetsQuotesKeepWordsAndSeparatorsTogether) {
  const auto list = parseProcesses(R"(a: sh -c "echo 'x'; exec sleep 1"; b: sh -c 'a "b";
c: d' last)");
  EXPECT_THAT(list.problems, IsEmpty());
  ASSERT_EQ(list.entries.size(), 2U);
  EXPECT_THAT(list.entries[0].command, ElementsAre("sh", "-c", "echo 'x'; exec sleep 1"));
  EXPECT_THAT(list.entries[1].command, ElementsAre("sh", "-c", "a \"b\";\nc: d", "last"));
}

TEST(ProcessList, MayBeEmpty) {
  for (const auto* text : {"", " \n ;; \n"}) {
    EXPECT_EQ(parseProcesses(text), ProcessList());
  }
}

TEST(ProcessList, NamesAllProblemsAndNoCommand) {
  const std::pair<const char*, const char*> cases[] = {
      {"artisan queue:work", "the entry \"artisan\" has no colon before its command"},
      {": x", "the entry \"\" has no name of letters, digits, - and _ before its colon"},
      {"a.b: x", "the entry \"a.b\" has no name of letters, digits, - and _ before its colon"},
      {"a: x; a: y", "the entry \"a\" is there twice"},
      {"a:", "the entry \"a\" has no command"},
      {"a: ''", "the entry \"a\" has no command"},
      {"a: x 'y", "the entry \"a\" has a quote that is not closed"},
      {"a(2: x", "the entry \"a\" has options without a closing bracket"},
      {"a(0): x", "the entry \"a\" has count \"0\", which is not a whole number from 1 to 100"},
      {"a(many): x", "the entry \"a\" has count \"many\", which is not a whole number from 1 to 100"},
      {"a(timeout=0): x", "the entry \"a\" has timeout \"0\", which is not a number of seconds from 0.1 to 86400"},
      {"a(signal=9): x",
       "the entry \"a\" has signal \"9\", which is not one of: TERM, INT, QUIT, HUP, USR1, USR2, KILL"},
      {"a(restart=yes): x", "the entry \"a\" has restart \"yes\", which is not one of: always, on-failure, never"},
      {"a(user=root): x", "the entry \"a\" has the option \"user\"; there are count, restart, signal and timeout"},
  };
  for (const auto& [text, problem] : cases) {
    EXPECT_THAT(parseProcesses(text).problems, ElementsAre(problem)) << text;
  }
  EXPECT_THAT(parseProcesses("a(0, user=x): x; b; c: fine").problems.size(), 3U);
}

}  // namespace
}  // namespace bridge::config
