#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bridge::wire {

/// One call of a task, or one event, as a tunnel's worker is told of it. All but `name` is JSON text.
struct TunnelJob {
  enum class Type { task, event };

  Type type = Type::task;
  std::string name;
  /// Input of the task, payload of the event; empty: undefined.
  std::string value;
  /// The event's payload is asked back.
  bool returnPayload = false;
  /// An object; empty: none is told.
  std::string context;
};

/// The lines to a worker, each with its line end.
[[nodiscard]] std::string jobLine(std::uint64_t id, const TunnelJob& job);
[[nodiscard]] std::string cancelLine(std::uint64_t id);
[[nodiscard]] std::string shutdownLine(std::uint64_t id);

/// What a worker says of a job that has failed.
struct TunnelFault {
  std::string message{};
  /// Empty: it gave none.
  std::string codeName{};
  /// 0: it gave none from 400 to 599.
  int status = 0;
  /// `id` as a string and `data` as JSON text, of a typed error; empty: none.
  std::string id{};
  std::string data{};
};

/// A worker's answer to a job.
struct TunnelReply {
  std::uint64_t id = 0;
  bool ok = false;
  /// JSON text; empty: undefined.
  std::string result;
  /// Where it is not ok.
  TunnelFault fault;
};

/// Reads one line of a worker. Nothing where it is no answer: workers print other things, too.
[[nodiscard]] std::optional<TunnelReply> parseReply(std::string_view line);

}  // namespace bridge::wire
