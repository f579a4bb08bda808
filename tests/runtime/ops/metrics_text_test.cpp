#include "ops/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

using ::testing::HasSubstr;

TEST(MetricsText, ShowsTheStatusOfThisMoment) {
  const auto text = metricsText(sampleStatus());
  for (const auto* line :
       {"bridge_connections 3\n", "bridge_requests_in_progress 1\n", "bridge_workers{state=\"busy\"} 1\n",
        "bridge_workers{state=\"idle\"} 1\n", "bridge_workers{state=\"retiring\"} 0\n", "bridge_workers_max 4\n",
        "bridge_ready 1\n", "bridge_queue_length 2\n", "bridge_queue_oldest_seconds 0.25\n",
        "bridge_spool_bytes 4096\n", "bridge_memory_bytes{process=\"server\"} 12582912\n",
        "bridge_memory_bytes{process=\"workers\"} 94371840\n", "bridge_log_lines_dropped_total 5\n",
        "bridge_memory_bytes{process=\"processes\"} 31457280\n", "bridge_process_up{process=\"queue.1\"} 1\n",
        "bridge_process_up{process=\"ws\"} 0\n", "bridge_generation 2\n",
        "bridge_upstream{figure=\"waiting\",upstream=\"lambdas\"} 3\n",
        "bridge_info{version=\"" BRIDGE_VERSION "\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsText, CountsDroppedLinesOnce) {
  auto status = sampleStatus();
  (void)metricsText(status);
  status.logLinesDropped = 8;
  EXPECT_THAT(metricsText(status), HasSubstr("bridge_log_lines_dropped_total 8\n"));
  EXPECT_THAT(metricsText(status), HasSubstr("bridge_log_lines_dropped_total 8\n"));
}

}  // namespace
}  // namespace bridge::ops
