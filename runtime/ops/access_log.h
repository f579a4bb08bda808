#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace bridge::ops {

/// One finished request. The views live as long as the call that takes the record.
struct AccessRecord {
  std::string_view id;
  std::string_view client;
  /// Empty where the request could not be parsed.
  std::string_view method;
  std::string_view target;
  /// 0: the connection was cut before a status was written.
  int status = 0;
  /// Bytes of the answer's body that were handed to the socket.
  std::uint64_t bytes = 0;
  Duration total{};
  Duration waited{};
  Duration worked{};
  /// Bytes of memory that the worker has held at most; 0: not known.
  std::uint64_t memory = 0;
  /// The worker process; 0 where none took part.
  int pid = 0;
  /// The kind of upstream that answered; empty where none did.
  std::string_view upstream;
  /// Name of the error that ended the request; empty for none.
  std::string_view error;
};

/// The record as one line of `key=value`, safe for a log whatever the client sent. The query string may carry secrets
/// and is left out unless `withQuery`.
[[nodiscard]] std::string accessLine(const AccessRecord& record, bool withQuery);

/// The same for a person at a terminal, whose clock shows `now`: time, method, status, duration, memory and path in
/// columns; with the id where something went wrong.
[[nodiscard]] std::string terminalLine(const AccessRecord& record, bool withQuery, std::time_t now, bool coloured);

}  // namespace bridge::ops
