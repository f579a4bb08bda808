#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace bridge::wire {

/// A request as a local process reads it, one JSON object on a line:
/// {"method":"GET","uri":"/path?query","headers":[["name","value"],…],"body":"<base64>"}. Names are in lower case, in
/// the order in which they came.
[[nodiscard]] std::string lambdaRequest(const http::RequestHead& head, std::string_view body);
/// The part of it before the base64 of the body, with room for so many more bytes, and that behind: for a body that
/// does not lie in memory.
[[nodiscard]] std::string lambdaRequestBefore(const http::RequestHead& head, std::size_t room = 0);
inline constexpr std::string_view kLambdaRequestBehind = "\"}\n";

/// What the process says: {"status":200,"headers":{"Name":"value"},"body":"<base64>"}. Each may be missing.
struct LambdaReply {
  http::ResponseHead head;
  std::string body;
};

/// Headers may also be a list of pairs, and a value a list of values. What is no text among them is left out, so is the
/// framing, which is not the process's; a status that is no number from 200 to 599 is 200.
///
/// ProtocolViolation: it is no JSON object, or its body no base64. InvalidAnswer: a header with a character that HTTP
/// cannot carry.
[[nodiscard]] Result<LambdaReply> parseLambdaReply(std::string_view text);

/// Finds the end of one JSON object in a stream of bytes; what stands inside it is not judged. It looks at each byte
/// once.
class ReplyEnd {
 public:
  enum class State { more, complete, noObject };

  /// `complete`: the object ends with the byte before `end()`. `noObject`: the first byte that is no blank is no `{`.
  State feed(std::string_view data);
  /// Bytes of this `feed` that belong to the object.
  [[nodiscard]] std::size_t end() const { return end_; }
  /// A byte of it was seen.
  [[nodiscard]] bool begun() const { return depth_ > 0; }
  void reset() { *this = ReplyEnd(); }

 private:
  std::size_t skipString(std::string_view data, std::size_t at);

  std::size_t end_ = 0;
  std::size_t depth_ = 0;
  bool inString_ = false;
  bool escaped_ = false;
};

}  // namespace bridge::wire
