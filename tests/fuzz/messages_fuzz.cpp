// Decodes the input as a message of each side. What is accepted must survive being written and read again.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/frame.h"

namespace {

namespace wire = bridge::wire;
using bridge::Bytes;
using bridge::Result;

Result<Bytes> encodeAny(const wire::RequestMessage& message) { return encode(message.request, message.body); }
template <class Message>
Result<Bytes> encodeAny(const Message& message) {
  return wire::encode(message);
}

template <class Message>
void check(std::string_view json, Result<Message> (*decode)(std::string_view)) {
  const auto first = decode(json);
  if (!first) return;
  const auto written = std::visit([](const auto& message) { return encodeAny(message); }, *first);
  if (!written) return;  // a request that grew beyond the cap
  const auto second = decode(written->view().substr(wire::kFrameHeader));
  if (!second || second->index() != first->index()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  check(json, wire::decodeWorkerMessage);
  check(json, wire::decodeServerMessage);
  check(json, wire::decodeHandlerMessage);
  check(json, wire::decodeRuntimeMessage);
  return 0;
}
