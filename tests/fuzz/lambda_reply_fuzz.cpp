// Any bytes of a process are a reply or none, and its end is where it is however they come.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "wire/lambda_messages.h"

namespace {

using bridge::wire::ReplyEnd;

/// Where the object ends when the bytes come in pieces of that size; nothing: it does not, or there is none.
std::optional<std::size_t> endOf(std::string_view text, std::size_t step) {
  ReplyEnd end;
  for (std::size_t at = 0; at < text.size(); at += step) {
    const auto state = end.feed(text.substr(at, step));
    if (state == ReplyEnd::State::complete) {
      return at + end.end();
    }
    if (state == ReplyEnd::State::noObject) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = endOf(text, size + 1);
  if (endOf(text, 1) != end || endOf(text, 7) != end) {
    std::abort();
  }
  const auto reply = bridge::wire::parseLambdaReply(text.substr(0, end.value_or(size)));
  if (reply.ok() && (!end || reply->head.status < 200 || reply->head.status > 599)) {
    std::abort();
  }
  return 0;
}
