#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "loop/file.h"
#include "upstreams/spool.h"

namespace bridge::upstreams {

/// One file in the spool folder, written from its beginning. Owned by the request it belongs to; destroying it removes
/// the file, wherever the writing stands, and no callback runs after that. Must not outlive its Spool.
class SpoolFile {
 public:
  using Done = std::function<void(Result<void>)>;

  /// Claims room for `expected` bytes at once; further room is claimed as it is written. SpoolFull; DiskFull or
  /// Internal where the file cannot be made.
  [[nodiscard]] static Result<std::unique_ptr<SpoolFile>> create(loop::Loop& loop, Spool& spool,
                                                                 std::uint64_t expected);
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  /// Appends. SpoolFull: nothing was taken. `done` comes in the order of the calls, never inside the call.
  Result<void> write(Bytes data, Done done = {});
  /// Closes after all writes; `done` has the first failure (DiskFull, Internal). No `write` after it.
  void close(Done done);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Bytes given to `write`, and those of them that are not in the file yet.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::size_t pendingBytes() const { return writer_->pendingBytes(); }

 private:
  SpoolFile(loop::Loop& loop, Spool& spool, std::string path, std::unique_ptr<loop::FileWriter> writer,
            std::uint64_t reserved);

  loop::Loop& loop_;
  Spool& spool_;
  std::string path_;
  std::unique_ptr<loop::FileWriter> writer_;
  std::uint64_t reserved_;
  std::uint64_t size_ = 0;
};

}  // namespace bridge::upstreams
