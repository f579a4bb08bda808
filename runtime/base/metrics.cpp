#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <chrono>

namespace bridge::metrics {
namespace {

/// Seconds. The short end tells pages of a warm application apart, the long one deadlines.
const std::vector<double> kBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                      0.25,   0.5,   1,      2.5,   5,    10,    30,   60};

/// Never destroyed: what is recorded while the process ends finds it.
prometheus::Registry& registry() {
  static auto& registry = *new prometheus::Registry;
  return registry;
}

/// The family of a row; made by the first of its metrics, found by the others.
template <class Builder>
auto& familyOf(Builder builder, const Row& row) {
  return builder.Name(std::string(row.name)).Help(std::string(row.help)).Register(registry());
}

}  // namespace

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) {
      found.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

Counter::Counter(const Row& row, const Labels& labels)
    : counter_(&familyOf(prometheus::BuildCounter(), row).Add(labels)) {}
void Counter::add(double amount) { counter_->Increment(amount); }
double Counter::value() const { return counter_->Value(); }

Gauge::Gauge(const Row& row, const Labels& labels) : gauge_(&familyOf(prometheus::BuildGauge(), row).Add(labels)) {}
void Gauge::set(double value) { gauge_->Set(value); }
double Gauge::value() const { return gauge_->Value(); }

Histogram::Histogram(const Row& row, const Labels& labels)
    : histogram_(&familyOf(prometheus::BuildHistogram(), row).Add(labels, kBuckets)) {}
void Histogram::observe(Duration time) { histogram_->Observe(std::chrono::duration<double>(time).count()); }

Metrics& all() {
  static auto& metrics = *new Metrics;
  return metrics;
}

std::string text() {
  (void)all();
  return prometheus::TextSerializer().Serialize(registry().Collect());
}

}  // namespace bridge::metrics
