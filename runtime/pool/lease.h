#pragma once

#include <string>

#include "pool/lane.h"

namespace bridge::pool {

class Connection;

/// The exclusive use of one worker for one request.
///
/// Given by the Queue, owned by whoever asked. It becomes empty by itself when the request is over (`ready`) or the
/// worker is lost, and goes back when it is destroyed: unused, the worker is free again; in the middle of a request,
/// the worker is told to cancel and nobody listens to it any more, but it may finish within TERMINATE_TIMEOUT. Whoever
/// wants its end at once calls `kill` first.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  explicit operator bool() const { return connection_ != nullptr; }
  /// Not on an empty lease.
  [[nodiscard]] Connection* operator->() const { return connection_; }
  [[nodiscard]] Connection& operator*() const { return *connection_; }

 private:
  friend class Connection;
  friend class Pool;

  /// `label` names the request on the status page; `seat` is kept until the worker is free.
  Lease(Connection& connection, std::string label, Seat seat);

  Connection* connection_ = nullptr;
};

}  // namespace bridge::pool
