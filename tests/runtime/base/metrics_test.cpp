#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <set>
#include <sstream>

namespace bridge::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Row kRows[] = {
#define METRIC(type, member, name, labels, values, help) {name, labels, values, help},
#include "base/metrics.def"
#undef METRIC
};

TEST(Metrics, HaveNamesAndTextsThatAreInOrder) {
  const std::regex wellFormed("bridge_[a-z_]+");
  std::set<std::string> names;
  for (const auto& row : kRows) {
    EXPECT_TRUE(std::regex_match(std::string(row.name), wellFormed)) << row.name;
    EXPECT_TRUE(names.emplace(row.name).second) << row.name << " is declared twice";
    EXPECT_FALSE(row.help.ends_with('.')) << row.name;
    EXPECT_THAT(row.help, Not(IsEmpty())) << row.name;
  }
}

TEST(Metrics, ShowEveryRowAndEveryKnownValueFromTheStart) {
  const auto shown = text();
  for (const auto& row : kRows) {
    const auto labels = words(row.labels);
    if (labels.empty() || !row.values.empty()) {
      EXPECT_EQ(labels.size() == 2, shown.find("# TYPE " + std::string(row.name) + " ") == std::string::npos)
          << row.name;
    }
    if (labels.size() == 1) {
      for (const auto& value : words(row.values)) {
        EXPECT_THAT(shown, HasSubstr(std::string(row.name) + "{" + labels[0] + "=\"" + value + "\"}"));
      }
    }
  }
}

TEST(Metrics, AreLinesThatPrometheusReads) {
  all().requests["/*"]["2xx"].add();
  all().errors["a \"quoted\\ \n name"].add();
  all().requestSeconds.observe(Millis(3));
  const std::regex sample(R"re([a-z_]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? ([0-9.eE+-]+|\+Inf|NaN))re");
  std::istringstream lines(text());
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("# ") || std::regex_match(line, sample)) << line;
  }
}

TEST(Metrics, CountByEveryLabel) {
  auto& byClass = all().requests["/users/{id}"];
  const double before = byClass["4xx"].value();
  byClass["4xx"].add();
  all().requests["/users/{id}"]["4xx"].add(2);
  EXPECT_EQ(byClass["4xx"].value(), before + 3);
  EXPECT_EQ(byClass["2xx"].value(), 0);
  EXPECT_THAT(text(), HasSubstr(R"(bridge_requests_total{class="4xx",route="/users/{id}"} 3)"));
}

TEST(Metrics, PutTimesIntoBuckets) {
  all().queueSeconds.observe(Millis(7));
  const auto shown = text();
  EXPECT_THAT(shown, HasSubstr("bridge_request_queue_seconds_bucket{le=\"0.005\"} 0"));
  EXPECT_THAT(shown, HasSubstr("bridge_request_queue_seconds_bucket{le=\"0.01\"} 1"));
  EXPECT_THAT(shown, HasSubstr("bridge_request_queue_seconds_sum 0.007"));
}

TEST(Metrics, TakeTheWordsOfARow) {
  EXPECT_THAT(words(""), IsEmpty());
  EXPECT_THAT(words(" a  b c "), ElementsAre("a", "b", "c"));
}

/// What one request records, on the thread that serves them all. The bound leaves room for sanitizers.
TEST(Metrics, CostLittle) {
  constexpr int kRounds = 20'000;
  const auto begin = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    all().requests["/*"]["2xx"].add();
    all().requestSeconds.observe(Millis(3));
    all().queueSeconds.observe(Millis(1));
    all().phpSeconds.observe(Millis(2));
    all().bytesReceived.add(120);
    all().bytesSent.add(4000);
  }
  const auto each = (Clock::now() - begin) / kRounds;
  RecordProperty("nanoseconds", static_cast<int>(each.count()));
  EXPECT_LT(each, Duration(20'000));
}

}  // namespace
}  // namespace bridge::metrics
