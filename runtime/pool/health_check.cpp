#include "pool/health_check.h"

#include "loop/loop.h"
#include "pool/connection.h"

namespace bridge::pool {

HealthCheck::HealthCheck(loop::Loop& loop, Duration interval, Duration patience, const Connections& connections)
    : loop_(loop), interval_(interval), patience_(patience), connections_(connections), rounds_(loop), answers_(loop) {}

void HealthCheck::start() {
  rounds_.repeat(interval_, [this] { pingAll(); });
}

void HealthCheck::stop() {
  rounds_.stop();
  answers_.stop();
}

void HealthCheck::pingAll() {
  for (const auto& connection : connections_) connection->ping();
  if (!answers_.active()) answers_.start(patience_, [this] { giveUpLate(); });
}

void HealthCheck::giveUpLate() {
  std::vector<Connection*> late;
  bool waiting = false;
  for (const auto& connection : connections_) {
    const auto pinged = connection->pingedAt();
    if (!pinged) continue;
    if (loop_.now() - *pinged >= patience_) {
      late.push_back(connection.get());
    } else {
      waiting = true;
    }
  }
  // Rounds may be shorter than the patience.
  if (waiting) answers_.restart(patience_);
  for (Connection* connection : late) {
    connection->giveUp({ErrorCode::WorkerDied, "the worker did not answer a ping"});
  }
}

}  // namespace bridge::pool
