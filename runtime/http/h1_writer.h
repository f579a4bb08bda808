#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace bridge::http {

/// The bytes of one answer. It alone decides the framing (RFC 9112, 6): what an upstream says with Connection,
/// Keep-Alive, Proxy-Connection, TE, Trailer, Transfer-Encoding or Upgrade is dropped, so that no upstream can end,
/// split or smuggle an answer.
///
///   informational*, then head, body*, end; or whole alone. One writer per request; it holds no buffer.
class H1Writer {
 public:
  struct For {
    Version version = Version::http11;
    /// The request was HEAD: the fields of the answer to GET, without its body.
    bool head = false;
    /// The connection may stay open after this answer, as far as client and server are concerned.
    bool keepAlive = true;
  };

  explicit H1Writer(For request) : for_(request) {}

  /// A 1xx head; empty for a client of HTTP/1.0, which must never see one (RFC 9110, 15.2). 101 is refused.
  [[nodiscard]] Result<Bytes> informational(const ResponseHead& head);

  /// Status line and fields. `date` (see `formatDate`) is added unless the head brings its own. The body is framed by
  /// the Content-Length of the head, else by `bodyLength` where the caller knows it, else by chunks, else (HTTP/1.0) by
  /// the end of the connection.
  ///
  /// InvalidAnswer: a status outside 200-599, a field name that is no token, CR, LF, NUL or another control character
  /// in a value, a Content-Length that is no number, Content-Length or Date twice with different values.
  [[nodiscard]] Result<Bytes> head(const ResponseHead& head, std::string_view date,
                                   std::optional<std::uint64_t> bodyLength = std::nullopt);

  /// Appends one buffer of body, framed; nothing where nothing is to be sent (HEAD, 204, 304, beyond the length). A
  /// large one is not copied.
  void body(Bytes data, std::vector<Bytes>& out);

  /// The bytes that end the answer, often none. InvalidAnswer when the body is shorter than its Content-Length: the
  /// connection must be cut, so that the client does not take the answer for complete.
  [[nodiscard]] Result<Bytes> end();

  /// A complete small answer in one buffer: head, body and end. Also InvalidAnswer where the body is shorter than the
  /// Content-Length of the head: nothing has been sent, so an error page may follow from a new writer.
  [[nodiscard]] Result<Bytes> whole(const ResponseHead& head, std::string_view date, std::string_view body);

  /// Bytes were discarded because the body was longer than its length or the status allows none: a fault of the
  /// upstream, worth a line in the log.
  [[nodiscard]] bool excess() const { return excess_; }
  /// Whether another request may follow on this connection; final after `end`.
  [[nodiscard]] bool keepAlive() const { return for_.keepAlive; }
  /// Nothing but the end of the connection tells the client that the answer is complete.
  [[nodiscard]] bool endsWithConnection() const { return framing_ == Framing::close; }
  /// Body bytes passed on, without framing.
  [[nodiscard]] std::uint64_t bodyBytes() const { return sent_; }

 private:
  enum class Framing { none, length, chunked, close };

  Result<void> appendHead(std::string& out, const ResponseHead& head, std::string_view date,
                          std::optional<std::uint64_t> bodyLength, std::size_t room);
  void appendFraming(std::string& out, int status, std::optional<std::uint64_t> given,
                     std::optional<std::uint64_t> known);
  [[nodiscard]] std::size_t accept(std::size_t size);

  For for_;
  Framing framing_ = Framing::none;
  std::uint64_t remaining_ = 0;
  std::uint64_t sent_ = 0;
  bool excess_ = false;
};

/// A request with a body, for a child that speaks HTTP/1.1, in one buffer: POST `target`, what `host` and
/// `contentType` say, nothing else. All three are ours, and hold nothing that breaks a line.
[[nodiscard]] Bytes postRequest(std::string_view target, std::string_view host, std::string_view contentType,
                                std::string_view body);
/// The head of it alone, for a body of `length` bytes, of which `room` are to be appended.
[[nodiscard]] std::string postHead(std::string_view target, std::string_view host, std::string_view contentType,
                                   std::uint64_t length, std::size_t room = 0);

}  // namespace bridge::http
