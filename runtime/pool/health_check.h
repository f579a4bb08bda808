#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "loop/timer.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::pool {

class Connection;

/// Pings idle workers in rounds, and gives up those that do not answer in time. Owned by the Pool, whose connections it
/// looks at.
class HealthCheck {
 public:
  using Connections = std::vector<std::unique_ptr<Connection>>;

  /// A round every `interval`; an answer within `patience`. `connections` must outlive it.
  HealthCheck(loop::Loop& loop, Duration interval, Duration patience, const Connections& connections);

  void start();
  void stop();

 private:
  void pingAll();
  void giveUpLate();

  loop::Loop& loop_;
  Duration interval_;
  Duration patience_;
  const Connections& connections_;
  loop::Timer rounds_;
  loop::Timer answers_;
};

}  // namespace bridge::pool
