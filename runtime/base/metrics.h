#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

/// The figures of metrics.def, one set for the process, as the log is. Recorded on the thread of the loop, for less
/// than a hundred nanoseconds each; the first use of a new value of a label costs some microseconds.
namespace bridge::metrics {

/// What metrics.def says of one row.
struct Row {
  std::string_view name;
  std::string_view labels;
  std::string_view values;
  std::string_view help;
};

/// Labels with their values.
using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  Counter(const Row& row, const Labels& labels);
  void add(double amount = 1);
  [[nodiscard]] double value() const;

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  Gauge(const Row& row, const Labels& labels);
  void set(double value);
  [[nodiscard]] double value() const;

 private:
  prometheus::Gauge* gauge_;
};

/// Of times, from half a millisecond to a minute.
class Histogram {
 public:
  Histogram(const Row& row, const Labels& labels);
  void observe(Duration time);

 private:
  prometheus::Histogram* histogram_;
};

/// The words of a text that is separated by spaces.
[[nodiscard]] std::vector<std::string> words(std::string_view text);

/// One metric for each value of a label. The values are few: they are never forgotten.
template <class Metric>
class By {
 public:
  By(const Row& row, Labels outer) : row_(row), outer_(std::move(outer)) {
    const auto names = words(row.labels);
    label_ = names[outer_.size()];
    if (outer_.size() + 1 == names.size()) {
      for (const auto& value : words(row.values)) {
        (void)(*this)[value];
      }
    }
  }

  Metric& operator[](std::string_view value) {
    if (const auto found = metrics_.find(value); found != metrics_.end()) {
      return found->second;
    }
    auto labels = outer_;
    labels.emplace(label_, value);
    return metrics_.emplace(std::string(value), Metric(row_, labels)).first->second;
  }

  [[nodiscard]] const std::map<std::string, Metric, std::less<>>& all() const { return metrics_; }

 private:
  Row row_;
  Labels outer_;
  std::string label_;
  std::map<std::string, Metric, std::less<>> metrics_;
};

template <class Metric>
[[nodiscard]] Metric make(const Row& row) {
  return Metric(row, Labels());
}

struct Metrics {
#define METRIC(type, member, name, labels, values, help) type member = make<type>({name, labels, values, help});
#include "base/metrics.def"
#undef METRIC
};

[[nodiscard]] Metrics& all();

/// All of them in Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string text();

}  // namespace bridge::metrics
