#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/h1_chunked.h"
#include "http/h1_head_reader.h"
#include "http/request.h"
#include "http/response.h"

namespace bridge::http {

/// What the framing of a received answer says, beside its head.
struct ResponseFraming {
  Version version = Version::http11;
  std::optional<std::uint64_t> contentLength;
  bool chunked = false;
  /// Not for 1xx, 204, 304 and answers to HEAD, whatever their fields say, nor where the length is 0.
  bool hasBody = false;
  /// The body ends where the connection ends: `H1Parser::finish` completes it (RFC 9112, 6.3).
  bool untilClose = false;
  /// Whether the sender keeps the connection open afterwards.
  bool keepAlive = true;
};

/// What a handler wants after a callback: `pause` makes `feed` return at once, before it looks at another byte.
enum class Flow { more, pause };

/// What a parser tells of one message, in this order: a head, body pieces (never empty), the end. A callback neither
/// feeds, resets nor destroys the parser; the views it gets die when it returns.
class H1Handler {
 public:
  virtual Flow onRequestHead(RequestHead head) = 0;
  virtual Flow onResponseHead(ResponseHead head, const ResponseFraming& framing) = 0;
  virtual Flow onBody(std::string_view data) = 0;
  virtual void onEnd() = 0;

 protected:
  ~H1Handler() = default;
};

/// HTTP/1 messages out of a stream of bytes: requests of clients, or answers of HTTP children. It does no I/O and owns
/// at most one incomplete head or chunk line, so its memory is bounded by the limits; the time is linear in the bytes
/// however small the pieces.
///
/// Strict on purpose (RFC 9112, 11.2: request smuggling). Where the RFC lets a recipient guess, this one refuses: bare
/// LF or CR as a line end, obs-fold, blanks before a colon, any Transfer-Encoding but `chunked` alone, a list or repeat
/// of Content-Length. The checks of each part stand in `h1_head_reader`, `h1_head`, `h1_rules`, `target`, `h1_chunked`.
///
///   parser.feed(bytes, handler)   until done(); the unconsumed rest belongs to the next message
///   parser.reset()                before the next message
///
/// After an error the connection cannot be used any more: `feed` and `finish` repeat the error until `reset`.
class H1Parser {
 public:
  enum class Role { request, response };

  H1Parser(Role role, const H1Limits& limits);

  /// Parses up to the end of one message and says how many bytes it took. It takes less than it was given only when the
  /// message is complete or the handler paused; call again with the rest (possibly empty: after a pause the end may
  /// still be owed).
  ///
  /// BadRequest, UriTooLong, HeadersTooLarge, NotImplemented (transfer coding, or a method longer than any known),
  /// VersionNotSupported, MethodNotAllowed (CONNECT, TRACE), ExpectationFailed. In the response role every error is
  /// InvalidAnswer.
  [[nodiscard]] Result<std::size_t> feed(std::string_view data, H1Handler& handler);

  /// As much of a request as was understood when its head was refused or did not come to its end, for the error page
  /// and the log: method and target, and the fields where only their meaning is at fault. Not to be served.
  [[nodiscard]] RequestHead understood() const;

  /// The stream has ended. Fine between messages, after a complete one, and for an answer that lasts until close, which
  /// it ends; anything else is a truncated message.
  [[nodiscard]] Result<void> finish(H1Handler& handler);

  /// Makes ready for the next message of the same connection.
  void reset();

  /// The answer that follows belongs to HEAD, so that it has no body whatever its head says. Cleared by `reset`.
  void expectNoBody() { noBody_ = true; }

  /// A byte of a message was seen; the empty line that some clients send before one does not count.
  [[nodiscard]] bool started() const { return state_ != State::head || head_.started(); }
  [[nodiscard]] bool headComplete() const { return state_ != State::head && state_ != State::failed; }
  [[nodiscard]] bool done() const { return state_ == State::done; }
  [[nodiscard]] bool failed() const { return state_ == State::failed; }

 private:
  enum class State { head, fixedBody, chunkedBody, untilClose, ending, done, failed };

  Result<std::size_t> feedHead(std::string_view data, H1Handler& handler);
  Result<void> takeRequest(std::string_view lines, H1Handler& handler);
  Result<void> takeResponse(std::string_view lines, H1Handler& handler);
  Result<std::size_t> feedBody(std::string_view data, H1Handler& handler);
  Error fail(Error error);

  Role role_;
  State state_ = State::head;
  bool noBody_ = false;
  bool paused_ = false;
  HeadReader head_;
  ChunkReader chunks_;
  std::uint64_t remaining_ = 0;
  std::optional<Error> error_;
  /// Of the last request whose fields broke a rule.
  std::optional<RequestHead> refused_;
};

}  // namespace bridge::http
