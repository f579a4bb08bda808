#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/inspect.h"
#include "loop/timer.h"
#include "ops/sd_notify.h"

namespace bridge::server {

/// Keeps the service manager informed (systemd's Type=notify): READY once the application can answer, RELOADING and
/// STOPPING when that begins, a sentence of what goes on when it changes, and a sign of life from the loop. Does
/// nothing where nobody listens.
///
/// Owned by main, destroyed before the Loop.
class ServiceReport {
 public:
  /// `look`: the picture of this moment, without rows.
  ServiceReport(loop::Loop& loop, ops::SdNotify manager, std::function<inspect::Status()> look);

  /// A reload begins; each is followed by one `reloaded`, however it ends.
  void reloading();
  void reloaded();
  /// The end begins, and takes so long at most. May be called again with less.
  void stopping(Duration patience);

 private:
  void tell(const std::string& state);
  void look();
  void flush();

  loop::Loop& loop_;
  ops::SdNotify manager_;
  std::function<inspect::Status()> look_;
  bool ready_ = false;
  bool stopping_ = false;
  std::size_t reloads_ = 0;
  std::string line_;
  /// What has not arrived yet, in order.
  std::deque<std::string> pending_;
  loop::Timer lookTimer_;
  loop::Timer watchdogTimer_;
};

}  // namespace bridge::server
