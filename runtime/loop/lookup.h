#pragma once

// For the connector: the addresses of a name.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "loop/socket_address.h"

namespace bridge::loop {

class Loop;

/// Asks for the addresses of a host in the background (a numeric one is answered from itself). Destroying it gives up;
/// nothing is called after that. `onFound` comes once, never inside `start`, and may destroy the lookup.
class Lookup {
 public:
  using OnFound = std::function<void(Result<std::vector<SocketAddress>>)>;

  [[nodiscard]] static std::unique_ptr<Lookup> start(Loop& loop, const std::string& host, int port, OnFound onFound);
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

 private:
  struct Request;
  Lookup() = default;
  Request* request_ = nullptr;
};

}  // namespace bridge::loop
