#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "loop/stream.h"

namespace bridge::loop {

/// One attempt to connect. Owned by whoever wants the connection; destroying it gives up, and nothing is called after
/// that. `onDone` comes once, never inside the call that starts the attempt, and may destroy the connector.
class Connector {
 public:
  using OnDone = std::function<void(Result<std::unique_ptr<Stream>>)>;

  /// A full backlog is waited for until `timeout`; a missing socket file or a refusal is reported at once.
  [[nodiscard]] static std::unique_ptr<Connector> unixSocket(Loop& loop, const std::string& path, Duration timeout,
                                                             OnDone onDone);
  /// Resolves a name without blocking, and tries its addresses one after the other.
  [[nodiscard]] static std::unique_ptr<Connector> tcp(Loop& loop, const std::string& host, int port, Duration timeout,
                                                      OnDone onDone);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  struct Attempt;
  explicit Connector(std::unique_ptr<Attempt> attempt);
  std::unique_ptr<Attempt> attempt_;
};

}  // namespace bridge::loop
