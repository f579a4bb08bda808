#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "loop/file.h"
#include "loop/loop.h"
#include "loop/stream.h"

namespace bridge::upstreams {

/// Sends a request to a local process whose body lies in a file, a piece after the other as the process takes them:
/// what goes before the body, its base64, and what goes behind.
///
/// Owned by its LambdaLink, whose stream outlives it; destroying it ends the sending in the midst.
class LambdaUpload {
 public:
  /// Ok: all is with the kernel. Else the file cannot be read (Io); a broken stream is not told here. Comes once, never
  /// inside `start`, and may destroy the upload.
  using Done = std::function<void(Result<void>)>;

  LambdaUpload(loop::Loop& loop, loop::Stream& stream, const loop::OpenFile& file, Done done);
  LambdaUpload(const LambdaUpload&) = delete;
  LambdaUpload& operator=(const LambdaUpload&) = delete;

  void start(std::string before, std::string behind);

 private:
  void readOn();
  void onPiece(Result<Bytes> piece);
  void send(std::string text, bool last);
  void finish(const Result<void>& result);

  loop::Stream& stream_;
  loop::FileReader reader_;
  Done done_;
  std::uint64_t offset_ = 0;
  std::uint64_t size_;
  /// Bytes that make no three yet.
  std::string rest_;
  std::string behind_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
