#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "loop/loop.h"
#include "upstreams/spool.h"
#include "upstreams/spool_file.h"
#include "wire/messages.h"

namespace bridge::upstreams {

/// A request body that has arrived completely, in the shape in which a worker takes it. Whoever holds it holds the
/// files; they are removed with it.
struct CollectedBody {
  /// What is sent in frames: the body itself, or the values of a form's fields one after the other.
  std::string memory;
  /// The body, where it was too large for memory.
  std::unique_ptr<SpoolFile> spooled;
  /// Bytes of the body as the client sent it, wherever it is.
  std::uint64_t length = 0;
  /// A multipart body, taken apart, and its uploads.
  std::optional<wire::Form> form;
  std::vector<std::unique_ptr<SpoolFile>> uploads;
};

/// What every collector works with. The loop and the spool outlive it.
struct CollectorContext {
  loop::Loop& loop;
  Spool& spool;
  /// Bytes of one request that may stay in memory.
  std::uint64_t memoryLimit;
};

/// All may come inside `add` and `end`. `onDone` comes once, last, and may destroy the collector.
struct CollectorEvents {
  /// The disk is slower than the client: stop and go on feeding.
  std::function<void()> onPause;
  std::function<void()> onResume;
  std::function<void(Result<CollectedBody>)> onDone;
};

/// Receives the body of one request, piece by piece. Owned by the Call. After `onDone` with an Error, further pieces
/// are ignored.
class Collector {
 public:
  virtual ~Collector() = default;
  virtual void add(Bytes data) = 0;
  virtual void end() = 0;
};

/// Decides from the bytes that wait for the disk when a client is to pause.
class SpoolFlow {
 public:
  static constexpr std::size_t kHighWater = 1U << 20U;
  static constexpr std::size_t kLowWater = 256U << 10U;

  void watch(const CollectorEvents& events, std::size_t pending) {
    if (!paused_ && pending > kHighWater) {
      paused_ = true;
      events.onPause();
    } else if (paused_ && pending < kLowWater) {
      paused_ = false;
      events.onResume();
    }
  }

 private:
  bool paused_ = false;
};

}  // namespace bridge::upstreams
