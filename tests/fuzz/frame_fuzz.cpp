// Cuts the input into frames, first whole and then in pieces: both must see the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "wire/frame.h"

namespace {

using bridge::Bytes;
using bridge::wire::Frame;
using bridge::wire::FrameReader;

/// All that came out, in a form that tells messages from bytes.
std::string readAll(std::string_view stream, std::size_t piece) {
  std::string seen;
  bool inBytes = false;
  FrameReader reader;
  std::size_t fed = 0;
  do {
    const auto part = stream.substr(fed, piece);
    reader.feed(Bytes::copyOf(part));
    fed += part.size();
    while (true) {
      auto frame = reader.next();
      if (!frame) return seen + "!";
      if (!*frame) break;
      if ((*frame)->kind == Frame::Kind::message) {
        if ((*frame)->message.size() > bridge::wire::kMaxMessage) std::abort();
        seen += "M";
        seen += (*frame)->message;
        inBytes = false;
      } else if (!(*frame)->bytes.empty()) {
        if (!inBytes) seen += "B";
        seen += (*frame)->bytes.view();
        inBytes = true;
      }
    }
    if (reader.buffered() > fed) std::abort();
  } while (fed < stream.size());
  return seen + (reader.atBoundary() ? "." : "-");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (readAll(stream, stream.size() + 1) != readAll(stream, data[0] % 17U + 1)) std::abort();
  return 0;
}
