#include "ops/health.h"

#include <gtest/gtest.h>

#include <functional>

#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

struct Case {
  const char* name;
  std::function<void(inspect::Status&)> change;
  std::string ready;
  std::string startup;
};

constexpr const char* kOk = "{\"status\":\"ok\"}\n";

std::string no(const std::string& reasons) { return "{\"status\":\"unavailable\",\"reasons\":[" + reasons + "]}\n"; }

TEST(Health, FollowsTheState) {
  const Case cases[] = {
      {"all is well", [](auto&) {}, kOk, kOk},
      {"all workers hang", [](auto& s) { s.application.pool.idle = 0, s.application.pool.busy = 4; }, kOk, kOk},
      {"no worker", [](auto& s) { s.application.pool.idle = s.application.pool.busy = 0; },
       no("\"no worker is there\""), kOk},
      {"queue full", [](auto& s) { s.application.queue.length = 64; }, no("\"the queue is full\""), kOk},
      {"no queue wanted", [](auto& s) { s.application.queue = {}; }, kOk, kOk},
      {"stopping", [](auto& s) { s.server.stopping = true; }, no("\"the server is stopping\""), kOk},
      {"two reasons", [](auto& s) { s.application.state = "stopping", s.application.queue.length = 70; },
       no("\"the server is stopping\",\"the queue is full\""), kOk},
      {"booting", [](auto& s) { s.application = {}, s.application.state = "starting"; },
       no("\"the application is booting\""), no("\"the application is booting\"")},
      {"boot failed", [](auto& s) { s.application = {}, s.application.state = "unavailable"; },
       no("\"the application does not boot\""), no("\"the application does not boot\"")},
      {"no Laravel", [](auto& s) { s.application = {}; }, kOk, kOk},
      {"nothing at all", [](auto& s) { s.application = {}, s.kinds = {}; }, no("\"nothing is served\""), kOk},
      {"another kind is not ready",
       [](auto& s) {
         s.kinds = {{"lambdas", "a process is starting", {}, {}}};
       },
       no("\"a process is starting\""), kOk},
      {"handler by hand", [](auto& s) { s.application.generation = 0, s.application.byHand = true; }, kOk, kOk},
  };
  for (const auto& one : cases) {
    auto status = sampleStatus();
    one.change(status);
    EXPECT_EQ(ready(status).json(), one.ready) << one.name;
    EXPECT_EQ(ready(status).status(), one.ready == kOk ? 200 : 503) << one.name;
    EXPECT_EQ(startup(status).json(), one.startup) << one.name;
  }
  EXPECT_EQ(live().json(), kOk);
}

}  // namespace
}  // namespace bridge::ops
