#include "ops/health.h"

namespace bridge::ops {
namespace {

bool hasBooted(const inspect::Application& application) { return application.generation != 0 || application.byHand; }

std::string_view whyNotBooted(const inspect::Application& application) {
  return application.state == "unavailable" ? "the application does not boot" : "the application is booting";
}

}  // namespace

std::string Health::json() const {
  if (ok()) {
    return "{\"status\":\"ok\"}\n";
  }
  std::string text = "{\"status\":\"unavailable\",\"reasons\":[";
  for (const auto reason : reasons) {
    text.append(text.ends_with('[') ? "\"" : ",\"").append(reason).append("\"");
  }
  return text + "]}\n";
}

Health live() { return {}; }

Health ready(const inspect::Status& status) {
  const auto& application = status.application;
  const auto& queue = application.queue;
  Health health;
  if (status.server.stopping || application.state == "stopping") {
    health.reasons.emplace_back("the server is stopping");
  }
  if (!application.served()) {
    if (status.kinds.empty()) {
      health.reasons.emplace_back("nothing is served");
    }
  } else if (!hasBooted(application)) {
    health.reasons.push_back(whyNotBooted(application));
  } else if (application.pool.idle + application.pool.busy == 0) {
    health.reasons.emplace_back("no worker is there");
  }
  if (queue.limit > 0 && queue.length >= queue.limit) {
    health.reasons.emplace_back("the queue is full");
  }
  for (const auto& kind : status.kinds) {
    if (!kind.notReady.empty()) {
      health.reasons.push_back(kind.notReady);
    }
  }
  return health;
}

Health startup(const inspect::Status& status) {
  Health health;
  if (status.application.served() && !hasBooted(status.application)) {
    health.reasons.push_back(whyNotBooted(status.application));
  }
  return health;
}

}  // namespace bridge::ops
