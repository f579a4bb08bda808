#include "ops/status_line.h"

#include <gtest/gtest.h>

#include <functional>

#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

TEST(StatusLine, SaysWhatGoesOn) {
  const std::pair<std::function<void(inspect::Status&)>, std::string> cases[] = {
      {[](auto& s) { s.application.queue.length = 0; }, "Serving: 1 of 4 workers busy, 3 connections"},
      {[](auto& s) { s.application.queue.length = 1; }, "Serving: 1 of 4 workers busy, 1 request waits"},
      {[](auto& s) { s.application.coming = 3, s.application.bootStep = "providers\n"; },
       "Serving: 1 of 4 workers busy, 2 requests wait; generation 3 boots: providers\\x0A"},
      {[](auto& s) { s.application = {}, s.application.state = "starting"; }, "The application boots"},
      {[](auto& s) { s.application = {}, s.application.state = "starting", s.application.bootStep = "warm"; },
       "The application boots: warm"},
      {[](auto& s) { s.application = {}, s.application.state = "unavailable", s.application.failure = "no database"; },
       "The application does not boot, clients get 503: no database"},
      {[](auto& s) { s.processes = sampleStatus().processes, s.application.queue.length = 0; },
       "Serving: 1 of 4 workers busy, 3 connections; ws ends again and again"},
      {[](auto& s) { s.server.stopping = true; }, "Stopping: 1 request in progress"},
  };
  for (const auto& [change, line] : cases) {
    auto status = sampleStatus();
    status.processes.clear();
    change(status);
    EXPECT_EQ(statusLine(status), line);
  }
}

}  // namespace
}  // namespace bridge::ops
