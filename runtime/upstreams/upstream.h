#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"
#include "loop/file.h"
#include "routes/pattern.h"

namespace bridge::upstreams {

using routes::Params;

/// A span of a file in bytes.
struct FileRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// Who served a request and where the time went, for the access log and metrics.
struct ServedBy {
  int pid = 0;
  /// From the complete request to the lease of a worker, and from there to the end of the answer.
  Duration waited{};
  Duration worked{};
  /// Bytes of memory that the worker has held at most during the request; 0: not known.
  std::uint64_t memory = 0;
  /// Where an upstream answers for another one: the kind that did; empty: the upstream's own.
  std::string_view kind{};
};

/// What an upstream asks of the front for its requests, where that differs from the front's settings.
struct Terms {
  static constexpr std::uint64_t kNoLimit = UINT64_MAX;

  /// The largest request body, in bytes; beyond it 413.
  std::optional<std::uint64_t> maxBody{};
  /// The longest silence of a client inside a request body; zero: no limit.
  std::optional<Duration> bodyIdleTimeout{};
};

/// Where an upstream puts its answer. Owned by the exchange, which outlives the Call.
///
/// Legal order: informational*, head, (body | file)*, end; or `fail` once at any point before `end`. Nothing may be
/// called before `Upstream::start` has returned, after `end` or `fail`, or after the Call is destroyed. Each of `head`,
/// `body`, `file`, `end` and `fail` may destroy the Call.
class Answer {
 public:
  virtual void informational(http::ResponseHead head) = 0;
  virtual void head(http::ResponseHead head) = 0;
  virtual void body(Bytes data) = 0;
  /// What comes next in the body is this span of a file, sent by the exchange, which reports nothing back before `end`.
  /// A body of more than one piece brings its Content-Length.
  virtual void file(loop::OpenFile file, FileRange range) = 0;
  virtual void end() = 0;
  /// Before `head`: an error page with the status of the code. After it: the connection is cut.
  virtual void fail(Error error) = 0;

  /// Stops and resumes the flow of `Call::body`; at most one buffer still follows a pause. A client that expects
  /// 100 Continue gets it when the flow is open: deferred by `start`, a pause keeps the body with the client.
  virtual void pauseRequest() = 0;
  virtual void resumeRequest() = 0;

  /// Told at most once per lease, before `end` or `fail`; the last word counts.
  virtual void servedBy(const ServedBy& served) = 0;

 protected:
  ~Answer() = default;
};

/// One request inside an upstream. Destroying it means that nobody listens any more; the kind decides whether the work
/// ends.
class Call {
 public:
  virtual ~Call() = default;
  virtual void body(Bytes data) = 0;
  /// The request body is complete; called for requests without a body too.
  virtual void end() = 0;
  /// Stops and resumes the flow of `Answer::body`; at most one buffer still follows a pause.
  virtual void pause() = 0;
  virtual void resume() = 0;
  /// The answer is whole with the client's socket: the last word, before this is destroyed.
  virtual void written() {}
  /// The client sent FIN: it left, or it closed only its own side and still reads. Work that has not begun may be given
  /// up with `fail(ClientGone)`; work that runs goes on.
  virtual void halfClosed() {}
};

/// Something that answers requests. Lives as long as the server. `start` never calls `answer` before it returns; the
/// request outlives the Call.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// Its kind, for the access log and the metrics: "laravel".
  [[nodiscard]] virtual std::string_view kind() const = 0;
  /// Whether a request of its routes is its own just now; else it goes to the next route that matches, as if this one
  /// were not there.
  [[nodiscard]] virtual bool serves(std::string_view /*path*/) const { return true; }
  /// The same for all its requests, from the start on.
  [[nodiscard]] virtual Terms terms() const { return {}; }
  [[nodiscard]] virtual std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                                    Answer& answer) = 0;
};

}  // namespace bridge::upstreams
