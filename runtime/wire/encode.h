#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "wire/messages.h"

namespace bridge::wire {

// A message as one whole frame. Text that is not UTF-8 where the protocol wants it is read byte by byte as Latin-1, so
// that a frame is always well-formed.

[[nodiscard]] Bytes encode(const Hello& message);
[[nodiscard]] Bytes encode(const Taken& message);
[[nodiscard]] Bytes encode(const Info& message);
[[nodiscard]] Bytes encode(const AnswerHead& message);
[[nodiscard]] Bytes encode(const End& message);
[[nodiscard]] Bytes encode(const Ready& message);
[[nodiscard]] Bytes encode(const Pong& message);
[[nodiscard]] Bytes encode(const Stack& message);
[[nodiscard]] Bytes encode(const Outdated& message);

[[nodiscard]] Bytes encode(const Welcome& message);
[[nodiscard]] Bytes encode(const Refuse& message);
[[nodiscard]] Bytes encode(const Cancel& message);
[[nodiscard]] Bytes encode(const Ping& message);

[[nodiscard]] Bytes encode(const Booting& message);
[[nodiscard]] Bytes encode(const Listening& message);
[[nodiscard]] Bytes encode(const Failed& message);
[[nodiscard]] Bytes encode(const Forked& message);
[[nodiscard]] Bytes encode(const Exited& message);
[[nodiscard]] Bytes encode(const Drain& message);
[[nodiscard]] Bytes encode(const Kill& message);

/// The head of a request, without the body that follows. The target is sent in origin-form, and the fields without
/// those that belong to the client's connection, without `Proxy`, and without names that hold `_`, since PHP could not
/// tell them from those with `-`. Fails with HeadersTooLarge, or PayloadTooLarge where the form is to blame, when the
/// message would exceed kMaxMessage.
[[nodiscard]] Result<Bytes> encode(const http::Request& request, const RequestBody& body);

}  // namespace bridge::wire
