#include "wire/frame.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace bridge::wire {
namespace {

std::size_t readLength(const char* at) {
  const auto byte = [at](int i) { return static_cast<std::size_t>(static_cast<unsigned char>(at[i])); };
  return byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
}

}  // namespace

void FrameReader::feed(Bytes chunk) {
  if (available() == 0) {
    buffer_ = chunk.release();
    start_ = 0;
    return;
  }
  if (start_ > 0) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  buffer_.append(chunk.view());
}

Result<std::optional<Frame>> FrameReader::next() {
  if (broken_) return violation("the connection is already broken");
  if (bodyLeft_ > 0) {
    if (available() == 0) return std::optional<Frame>();
    return std::optional<Frame>(takeBody());
  }
  if (available() < kFrameHeader) return std::optional<Frame>();
  const char* at = buffer_.data() + start_;
  const std::size_t length = readLength(at);
  if (length == 0 || length > kMaxBodyBytes + 1) {
    return violation("a frame announces " + std::to_string(length) + " bytes");
  }
  if (available() == kFrameHeader) return std::optional<Frame>();

  const char marker = at[kFrameHeader];
  if (marker == kBytesMarker) {
    start_ += kFrameHeader + 1;
    bodyLeft_ = length - 1;
    if (bodyLeft_ > 0 && available() == 0) return std::optional<Frame>();
    return std::optional<Frame>(takeBody());
  }
  if (marker != kMessageMarker) {
    return violation("a payload begins with byte " + std::to_string(static_cast<unsigned char>(marker)));
  }
  if (length > kMaxMessage) return violation("a message of " + std::to_string(length) + " bytes");
  if (available() < kFrameHeader + length) return std::optional<Frame>();
  start_ += kFrameHeader + length;
  return std::optional<Frame>(Frame{Frame::Kind::message, std::string_view(at + kFrameHeader, length), Bytes()});
}

Frame FrameReader::takeBody() {
  const std::size_t size = std::min(bodyLeft_, available());
  bodyLeft_ -= size;
  Frame frame;
  if (start_ == 0 && size == buffer_.size()) {
    frame.bytes = Bytes(std::exchange(buffer_, {}));
    return frame;
  }
  frame.bytes = Bytes::copyOf(std::string_view(buffer_).substr(start_, size));
  start_ += size;
  return frame;
}

Error FrameReader::violation(std::string detail) {
  broken_ = true;
  return Error{ErrorCode::ProtocolViolation, std::move(detail)};
}

void putFrameHeader(char* out, std::size_t length) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<char>(length >> (24U - 8U * static_cast<unsigned>(i)));
}

Bytes messageFrame(std::string_view json) {
  std::string frame(kFrameHeader, '\0');
  frame.reserve(kFrameHeader + json.size());
  putFrameHeader(frame.data(), json.size());
  frame.append(json);
  return Bytes(std::move(frame));
}

void appendBodyFrames(std::vector<Bytes>& out, Bytes data) {
  const auto header = [](std::size_t size) {
    std::string bytes(kFrameHeader + 1, kBytesMarker);
    putFrameHeader(bytes.data(), size + 1);
    return Bytes(std::move(bytes));
  };
  if (data.empty()) return;
  if (data.size() <= kMaxBodyBytes) {
    out.push_back(header(data.size()));
    out.push_back(std::move(data));
    return;
  }
  for (std::size_t at = 0; at < data.size(); at += kMaxBodyBytes) {
    const auto part = data.view().substr(at, kMaxBodyBytes);
    out.push_back(header(part.size()));
    out.push_back(Bytes::copyOf(part));
  }
}

}  // namespace bridge::wire
