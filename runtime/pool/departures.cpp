#include "pool/departures.h"

#include <signal.h>

#include <iterator>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"

namespace bridge::pool {

Departures::Departures(loop::Loop& loop, Duration patience) : loop_(loop), patience_(patience), timer_(loop) {}

void Departures::add(std::unique_ptr<WorkerProcess> process) {
  if (process == nullptr || process->ended()) return;
  leaving_.push_back({std::move(process), loop_.now() + patience_});
  const auto place = std::prev(leaving_.end());
  place->process->onExit = [this, place] { leaving_.erase(place); };
  if (!timer_.active()) timer_.start(patience_, [this] { killLate(); });
}

void Departures::killLate() {
  for (const auto& leaving : leaving_) {
    if (leaving.deadline > loop_.now()) {
      timer_.restart(leaving.deadline - loop_.now());
      return;
    }
    log::warn("pool", "worker {} did not end after its connection was closed: killed", leaving.process->pid());
    leaving.process->send(SIGKILL);
  }
}

}  // namespace bridge::pool
