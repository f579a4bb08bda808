#include "upstreams/lambda_upload.h"

#include <utility>

#include "base/base64.h"

namespace bridge::upstreams {
namespace {

constexpr std::size_t kPiece = 192U << 10U;
constexpr std::size_t kGroup = 3;

}  // namespace

LambdaUpload::LambdaUpload(loop::Loop& loop, loop::Stream& stream, const loop::OpenFile& file, Done done)
    : stream_(stream), reader_(loop, file), done_(std::move(done)), size_(file.size()) {}

void LambdaUpload::start(std::string before, std::string behind) {
  behind_ = std::move(behind);
  send(std::move(before), false);
}

void LambdaUpload::readOn() {
  reader_.read(offset_, kPiece, [this](Result<Bytes> piece) { onPiece(std::move(piece)); });
}

void LambdaUpload::onPiece(Result<Bytes> piece) {
  if (!piece.ok()) {
    finish(std::move(piece).error());
    return;
  }
  if (piece->size() == 0 && offset_ < size_) {
    finish(Error{ErrorCode::Io, "the spool file of a request has become shorter"});
    return;
  }
  offset_ += piece->size();
  rest_.append(piece->view());
  const bool last = offset_ >= size_;
  const auto whole = last ? rest_.size() : rest_.size() / kGroup * kGroup;
  auto text = base64Encode(std::string_view(rest_).substr(0, whole));
  rest_.erase(0, whole);
  if (last) {
    text += behind_;
  }
  send(std::move(text), last);
}

void LambdaUpload::send(std::string text, bool last) {
  stream_.write(Bytes(std::move(text)), [this, last, alive = std::weak_ptr(alive_)](const Result<void>& written) {
    if (alive.expired() || !written.ok()) {
      return;
    }
    last ? finish({}) : readOn();
  });
}

void LambdaUpload::finish(const Result<void>& result) {
  const auto done = std::move(done_);
  done(result);
}

}  // namespace bridge::upstreams
