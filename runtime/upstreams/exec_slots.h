#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "pool/queue.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

class ExecSlots;

/// The right to have one process. Destroying it lets the next request have it.
class ExecSlot {
 public:
  ExecSlot() = default;
  ExecSlot(ExecSlot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
  ExecSlot& operator=(ExecSlot&& other) noexcept {
    std::swap(slots_, other.slots_);
    return *this;
  }
  ~ExecSlot();

 private:
  friend class ExecSlots;
  explicit ExecSlot(ExecSlots& slots) : slots_(&slots) {}

  ExecSlots* slots_ = nullptr;
};

/// How many processes there may be at once; who comes later waits, first come, first served. Owned by the exec kind,
/// outlives the slots.
class ExecSlots final : private pool::QueueServer {
 public:
  ExecSlots(loop::Loop& loop, std::size_t limit, const pool::Queue::Options& options);
  ~ExecSlots();
  ExecSlots(const ExecSlots&) = delete;
  ExecSlots& operator=(const ExecSlots&) = delete;

  /// `onSlot` as `OnLease` of the queue: once, not inside this call.
  [[nodiscard]] pool::Ticket take(std::string label, std::function<void(Result<ExecSlot>)> onSlot);
  void configure(std::size_t limit, const pool::Queue::Options& options);
  void failAll(const Error& error) { queue_.failAll(error); }

  [[nodiscard]] std::size_t taken() const { return taken_; }
  [[nodiscard]] std::size_t limit() const { return limit_; }
  [[nodiscard]] const pool::Queue& queue() const { return queue_; }

 private:
  friend class ExecSlot;
  void serve() override;
  [[nodiscard]] std::size_t free() const override { return taken_ < limit_ ? limit_ - taken_ : 0; }
  void giveBack();
  void serveSoon();

  loop::Loop& loop_;
  std::size_t limit_;
  std::size_t taken_ = 0;
  pool::Queue queue_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
