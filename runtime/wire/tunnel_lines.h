#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bridge::wire {

/// One call of a task, one event, or the question whether a request is allowed, as a tunnel's worker is told of it. All
/// but `name` is JSON text; empty: not told.
struct TunnelJob {
  enum class Type { task, event, auth };

  Type type = Type::task;
  std::string name{};
  /// Input of the task, payload of the event; empty: undefined.
  std::string value{};
  /// The event's payload is asked back.
  bool returnPayload = false;
  /// Of the HTTP request: an object.
  std::string context{};
  /// What the client's x-runner-context says: an object of strings.
  std::string contexts{};
  /// The uploads of a multipart request: an object by id.
  std::string files{};
  /// The body of an octet-stream: `{"path","size"}`, or `{"stream":true}` for one that follows in chunks.
  std::string body{};
};

/// The lines to a worker, each with its line end.
[[nodiscard]] std::string jobLine(std::uint64_t id, const TunnelJob& job);
[[nodiscard]] std::string cancelLine(std::uint64_t id);
[[nodiscard]] std::string shutdownLine(std::uint64_t id);
/// A piece of the job's body, and that it is complete.
[[nodiscard]] std::string chunkLine(std::uint64_t id, std::string_view bytes);
[[nodiscard]] std::string endLine(std::uint64_t id);
/// The client takes no more of a streamed answer for now; it does again.
[[nodiscard]] std::string pauseLine(std::uint64_t id);
[[nodiscard]] std::string resumeLine(std::uint64_t id);

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

/// How a job ended.
struct TunnelReply {
  bool ok = false;
  /// JSON text; empty: undefined.
  std::string result{};
  /// Where it is not ok.
  TunnelFault fault{};
};

/// The head of an answer that is bytes and no JSON.
struct TunnelStreamHead {
  int status = 200;
  std::string contentType = "application/octet-stream";
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// What a worker says of one of its jobs, in one line. An answer is one reply, or a stream, chunks and an end; a reply
/// that is not ok breaks a stream off. Pause and resume are about the chunks of the request's body.
struct TunnelMessage {
  enum class Kind { reply, stream, chunk, end, pause, resume };

  std::uint64_t id = 0;
  Kind kind = Kind::reply;
  TunnelReply reply{};
  TunnelStreamHead head{};
  std::string bytes{};
};

/// Reads one line of a worker. Nothing where it is none of these: workers print other things, too.
[[nodiscard]] std::optional<TunnelMessage> parseMessage(std::string_view line);

}  // namespace bridge::wire
