#pragma once

#include "base/inspect.h"

namespace bridge::ops {

/// A server with one worker at work, one idle, and everything that a status can show.
inline inspect::Status sampleStatus() {
  inspect::Status status;
  status.server = {.address = "http://127.0.0.1:8080",
                   .connections = 3,
                   .maxConnections = 100,
                   .stopping = false,
                   .exchangeCount = 1,
                   .exchanges = {{.id = "r-1",
                                  .client = "192.0.2.1",
                                  .method = "GET",
                                  .path = "/slow/<b>",
                                  .state = "Waiting",
                                  .age = Millis(1500)}}};
  auto& application = status.application;
  application.state = "serving";
  application.generation = 2;
  application.handler = 4711;
  application.restarts = 1;
  application.pool = {.min = 1,
                      .max = 4,
                      .opening = 0,
                      .idle = 1,
                      .busy = 1,
                      .retiring = 0,
                      .workers = {{.pid = 5001,
                                   .generation = 2,
                                   .state = "busy",
                                   .request = "GET /slow/<b>",
                                   .age = Millis(1400),
                                   .uptime = Seconds(60),
                                   .requests = 7,
                                   .resident = 50U << 20U,
                                   .memory = 20U << 20U,
                                   .peak = 24U << 20U,
                                   .growth = 6U << 20U},
                                  {.pid = 5002,
                                   .generation = 2,
                                   .state = "idle",
                                   .request = "",
                                   .age = Seconds(3),
                                   .uptime = Seconds(61),
                                   .requests = 0,
                                   .resident = 40U << 20U,
                                   .memory = 0,
                                   .peak = 0,
                                   .growth = 0}}};
  application.queue = {.length = 2,
                       .limit = 64,
                       .oldest = Millis(250),
                       .lanes = {{.name = "slow", .busy = 1, .workers = 2, .waiting = 1, .limit = 32}}};
  application.spoolBytes = 4096;
  application.findings = {{.kind = "leak",
                           .place = "App\\Basket::$items",
                           .what = "was null, is <b>",
                           .route = "GET /basket",
                           .advice = "use scoped()",
                           .workers = 2}};
  status.processes = {{.name = "queue.1",
                       .state = "running",
                       .pid = 6001,
                       .age = Seconds(90),
                       .next = Duration::zero(),
                       .restarts = 2,
                       .lastEnd = "signal 9 (SIGKILL)",
                       .resident = 30U << 20U},
                      {.name = "ws",
                       .state = "looping",
                       .pid = 0,
                       .age = Seconds(4),
                       .next = Seconds(56),
                       .restarts = 6,
                       .lastEnd = "exit code 1, its last words: \"<no port>\"",
                       .resident = 0}};
  status.kinds = {
      {.name = "laravel", .notReady = {}, .figures = {}, .children = {}},
      {.name = "lambdas",
       .notReady = {},
       .figures = {{"waiting", 3}, {"load", 0.5}},
       .children = {{.id = "api<1>",
                     .pid = 6002,
                     .state = "Up",
                     .uptime = Seconds(5),
                     .starts = 2,
                     .requests = 9,
                     .inProgress = 1,
                     .lastEnd = "exit code 1",
                     .resident = 30U << 20U}}},
  };
  status.failures = {{.at = 1'767'323'045.5,
                      .id = "r-0",
                      .error = "WorkerDied",
                      .status = 502,
                      .method = "POST",
                      .path = "/crash",
                      .detail = "it \"broke\" \xff\x1b[31m"}};
  status.pid = 4700;
  status.startedAt = 1'767'323'000;
  status.uptime = Seconds(3700);
  status.resident = 12U << 20U;
  status.logLinesDropped = 5;
  return status;
}

}  // namespace bridge::ops
