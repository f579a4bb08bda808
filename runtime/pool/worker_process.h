#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "loop/pidfd.h"

namespace bridge::pool {

/// The process of a worker, handed from its Connection to the Departures when the connection is closed. Whoever owns it
/// sets `onExit`, which may destroy it.
class WorkerProcess {
 public:
  explicit WorkerProcess(std::unique_ptr<loop::PidHandle> handle) : handle_(std::move(handle)) {
    handle_->onExit([this] {
      ended_ = true;
      const auto call = onExit;
      if (call) call();
    });
  }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess() = default;

  [[nodiscard]] pid_t pid() const { return handle_->pid(); }
  /// Reaches that very process or nobody.
  void send(int number) const { (void)handle_->send(number).ok(); }
  [[nodiscard]] bool ended() const { return ended_; }

  std::function<void()> onExit;

 private:
  std::unique_ptr<loop::PidHandle> handle_;
  bool ended_ = false;
};

}  // namespace bridge::pool
