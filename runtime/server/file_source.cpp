#include "server/file_source.h"

#include <algorithm>
#include <utility>

namespace bridge::server {
namespace {

/// One read; libuv's thread pool is shared, so a slow disk may not hold it for long.
constexpr std::uint64_t kPiece = loop::FileReader::kMaxPiece;

}  // namespace

FileSource::FileSource(loop::Loop& loop, loop::OpenFile file, upstreams::FileRange range, Events events)
    : opened_(std::move(file)),
      position_(range.offset),
      left_(range.length),
      events_(std::move(events)),
      reader_(loop, opened_) {
  resume();
}

void FileSource::resume() {
  if (reading_ || left_ == 0 || !events_.mayRead()) {
    return;
  }
  reading_ = true;
  reader_.read(position_, static_cast<std::size_t>(std::min(left_, kPiece)),
               [this](Result<Bytes> piece) { onPiece(std::move(piece)); });
}

void FileSource::onPiece(Result<Bytes> piece) {
  reading_ = false;
  // It may destroy this object, and with it the original.
  const auto onEnd = events_.onEnd;
  if (!piece.ok()) {
    onEnd(std::move(piece).error());
    return;
  }
  if (piece->empty()) {
    onEnd(Error{ErrorCode::Io, "the file became shorter while it was sent"});
    return;
  }
  position_ += piece->size();
  left_ -= std::min<std::uint64_t>(left_, piece->size());
  events_.onData(std::move(*piece));
  if (left_ == 0) {
    onEnd({});
    return;
  }
  resume();
}

}  // namespace bridge::server
