#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace bridge::loop {

class Loop;

/// A regular file that is open for reading, and what it was when it was opened. Moves, is never copied. The descriptor
/// closes with the last of this object and the reads that are still under way.
class OpenFile {
 public:
  using Modified = std::chrono::system_clock::time_point;

  /// No file; only to be assigned to.
  OpenFile() = default;
  OpenFile(OpenFile&&) noexcept = default;
  OpenFile& operator=(OpenFile&&) noexcept = default;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() = default;

  /// NotFound: there is no such file, or it is no regular file; Io: it cannot be opened. Never blocks on a FIFO.
  [[nodiscard]] static Result<OpenFile> open(const std::string& path);
  /// The same for a descriptor that is already open (from openat2 beneath a root); it is closed where it does not fit.
  [[nodiscard]] static Result<OpenFile> adopt(int descriptor);

  /// Another hold on the same open file.
  [[nodiscard]] OpenFile share() const;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Modified mtime() const { return mtime_; }
  [[nodiscard]] dev_t device() const { return device_; }
  [[nodiscard]] ino_t inode() const { return inode_; }
  /// -1 where there is no file.
  [[nodiscard]] int descriptor() const { return descriptor_ ? *descriptor_ : -1; }

 private:
  friend class FileReader;

  std::shared_ptr<const int> descriptor_;
  std::uint64_t size_ = 0;
  Modified mtime_{};
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// Reads pieces of a file without blocking the loop. Owned by whoever sends the file; destroying it ends the reading,
/// and no callback runs after that. The OpenFile may go first.
class FileReader {
 public:
  static constexpr std::size_t kMaxPiece = 256U << 10U;
  using OnPiece = std::function<void(Result<Bytes>)>;

  FileReader(Loop& loop, const OpenFile& file);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// Up to `length` (at most kMaxPiece) bytes at `offset`; fewer near the end of the file, none behind it. One at a
  /// time: illegal before the callback of the last one, which may read again or destroy the reader.
  void read(std::uint64_t offset, std::size_t length, OnPiece onPiece);
  [[nodiscard]] bool reading() const { return request_ != nullptr; }

 private:
  struct Request;

  Loop& loop_;
  std::shared_ptr<const int> descriptor_;
  Request* request_ = nullptr;
};

/// Writes a new file from its beginning without blocking the loop. Owned by whoever spools; destroying it gives up what
/// was not written and closes the file, and no callback runs after that. The file itself stays: `removeFile`.
class FileWriter {
 public:
  using Done = std::function<void(Result<void>)>;

  /// The path must not exist (O_EXCL).
  [[nodiscard]] static Result<std::unique_ptr<FileWriter>> create(Loop& loop, const std::string& path,
                                                                  mode_t mode = 0600);
  /// Writes to a descriptor that is already open, which it takes over.
  [[nodiscard]] static std::unique_ptr<FileWriter> adopt(Loop& loop, int descriptor);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  /// Appends. `done` comes in the order of the calls, never inside the call, and may destroy the writer. DiskFull: no
  /// space or quota left. After the first error every write fails with it.
  void write(Bytes data, Done done = {});
  /// Closes after all writes; `done` has the first error, if there was one. No `write` after it.
  void close(Done done = {});
  /// Bytes given to `write` that are not in the file yet.
  [[nodiscard]] std::size_t pendingBytes() const;
  /// Bytes in the file.
  [[nodiscard]] std::uint64_t written() const;

 private:
  struct Core;
  explicit FileWriter(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  std::shared_ptr<Core> core_;
};

/// Removes a file in the background; a failure is logged, unless the file is gone already.
void removeFile(Loop& loop, const std::string& path);

}  // namespace bridge::loop
