#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace bridge::pool {

/// A part of the workers for the requests of some routes: at most so many run at once, and their wait is their own.
/// Shared by the Queue that made it and by the seats that are taken.
struct Lane {
  std::string name;
  /// Requests that may run at once, and wait at once.
  std::size_t workers = 0;
  std::size_t limit = 0;
  std::size_t busy = 0;
  std::size_t waiting = 0;
  /// A seat is free again; empty once the queue is gone.
  std::function<void()> onFree;

  [[nodiscard]] std::size_t room() const { return workers > busy ? workers - busy : 0; }
};

/// One of the workers of a lane, held by the Connection that works for it; that of no lane is empty and costs nothing.
class Seat {
 public:
  Seat() = default;
  explicit Seat(std::shared_ptr<Lane> lane) : lane_(std::move(lane)) {
    if (lane_) ++lane_->busy;
  }
  Seat(Seat&& other) noexcept = default;
  Seat& operator=(Seat&& other) noexcept {
    std::swap(lane_, other.lane_);
    other.leave();
    return *this;
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() { leave(); }

 private:
  void leave() {
    const auto lane = std::exchange(lane_, nullptr);
    if (lane == nullptr) return;
    --lane->busy;
    if (lane->onFree) lane->onFree();
  }

  std::shared_ptr<Lane> lane_;
};

}  // namespace bridge::pool
