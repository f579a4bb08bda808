#pragma once

#include <functional>
#include <memory>

#include "base/result.h"

namespace bridge::loop {

class Loop;

/// Tells when a descriptor of somebody else can be read or written. The descriptor must be pollable and outlive the
/// Poll; it may be closed directly after the Poll is destroyed, also in its callback.
class Poll {
 public:
  enum class For { reading, writing };

  [[nodiscard]] static Result<std::unique_ptr<Poll>> open(Loop& loop, int descriptor);
  ~Poll();
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  /// Calls back in each turn in which the descriptor is ready, or has failed, until `stop`.
  void start(For what, std::function<void()> callback);
  void stop();
  [[nodiscard]] bool active() const;

 private:
  struct Core;
  explicit Poll(Core* core) : core_(core) {}
  Core* core_;
};

}  // namespace bridge::loop
