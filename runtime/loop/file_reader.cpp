#include <algorithm>
#include <utility>

#include "loop/file.h"
#include "loop/handle.h"

namespace bridge::loop {

/// Belongs to libuv until its callback. Holds the descriptor, which a thread may be reading when everybody else has
/// gone.
struct FileReader::Request {
  uv_fs_t uv{};
  FileReader* owner = nullptr;
  std::shared_ptr<const int> descriptor;
  std::uint64_t offset = 0;
  std::string buffer;
  OnPiece onPiece;

  void submit(uv_loop_t* loop) {
    uv.data = this;
    auto target = uv_buf_init(buffer.data(), static_cast<unsigned>(buffer.size()));
    const int error =
        uv_fs_read(loop, &uv, *descriptor, &target, 1, static_cast<std::int64_t>(offset),
                   [](uv_fs_t* done) { finished(std::unique_ptr<Request>(static_cast<Request*>(done->data))); });
    if (error != 0) {
      die("read a file", error);
    }
  }

  static void finished(std::unique_ptr<Request> request) {
    const auto count = request->uv.result;
    auto* loop = request->uv.loop;
    uv_fs_req_cleanup(&request->uv);
    if (request->owner == nullptr) {
      return;
    }
    if (count == UV_EINTR) {
      request.release()->submit(loop);
      return;
    }
    request->owner->request_ = nullptr;
    if (count < 0) {
      request->onPiece(uvError("read a file", static_cast<int>(count)));
      return;
    }
    request->buffer.resize(static_cast<std::size_t>(count));
    request->onPiece(Bytes(std::move(request->buffer)));
  }
};

FileReader::FileReader(Loop& loop, const OpenFile& file) : loop_(loop), descriptor_(file.descriptor_) {}

FileReader::~FileReader() {
  if (request_ != nullptr) {
    request_->owner = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&request_->uv));
  }
}

void FileReader::read(std::uint64_t offset, std::size_t length, OnPiece onPiece) {
  if (request_ != nullptr) {
    die("a second read of a file at the same time", UV_EBUSY);
  }
  auto request = std::make_unique<Request>();
  request->owner = this;
  request->descriptor = descriptor_;
  request->offset = offset;
  request->buffer.resize(std::min(length, kMaxPiece));
  request->onPiece = std::move(onPiece);
  request_ = request.release();
  request_->submit(uvLoop(loop_));
}

}  // namespace bridge::loop
