#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>
#include <utility>

#include "base/log.h"
#include "loop/descriptor.h"
#include "loop/file.h"
#include "loop/handle.h"

namespace bridge::loop {
namespace {

Error writeError(std::string_view what, int errorNumber) {
  auto error = errnoError(what, errorNumber);
  if (errorNumber == ENOSPC || errorNumber == EDQUOT) {
    error.code = ErrorCode::DiskFull;
  }
  return error;
}

}  // namespace

/// Shared by the writer, the one request under way and deferred callbacks; the last of them closes the file.
struct FileWriter::Core : std::enable_shared_from_this<Core> {
  struct Entry {
    Bytes data;
    Done done;
    std::size_t offset = 0;
  };

  Core(Loop& owner, int fd) : loop(owner), descriptor(fd) {}

  void write(Bytes data, Done done);
  void submit();
  void onWritten(long count);
  void consume(std::size_t count);
  void fail(Error error);
  void closeFile();
  void onClosed(long status);
  /// Hands the request to libuv, which calls `member` with its result.
  template <void (Core::*member)(long)>
  static void trampoline(uv_fs_t* uv);

  Loop& loop;
  Descriptor descriptor;
  uv_fs_t request{};
  /// Keeps this alive while libuv has the request.
  std::shared_ptr<Core> inFlight;
  std::deque<Entry> queue;
  std::size_t pending = 0;
  /// Bytes of the request under way.
  std::size_t offered = 0;
  std::uint64_t written = 0;
  std::optional<Error> problem;
  Done onClose;
  bool closing = false;
  bool released = false;
  bool failing = false;
};

template <void (FileWriter::Core::*member)(long)>
void FileWriter::Core::trampoline(uv_fs_t* uv) {
  const auto core = std::exchange(static_cast<Core*>(uv->data)->inFlight, nullptr);
  const auto result = static_cast<long>(uv->result);
  uv_fs_req_cleanup(uv);
  if (!core->released) {
    ((*core).*member)(result);
  }
}

void FileWriter::Core::write(Bytes data, Done done) {
  pending += data.size();
  queue.push_back({std::move(data), std::move(done)});
  if (problem) {
    fail(*problem);
  } else if (!inFlight) {
    submit();
  }
}

void FileWriter::Core::submit() {
  std::array<uv_buf_t, 32> buffers{};
  unsigned used = 0;
  offered = 0;
  for (auto entry = queue.begin(); entry != queue.end() && used < buffers.size(); ++entry, ++used) {
    buffers[used] = uv_buf_init(const_cast<char*>(entry->data.data()) + entry->offset,
                                static_cast<unsigned>(entry->data.size() - entry->offset));
    offered += buffers[used].len;
  }
  request.data = this;
  inFlight = shared_from_this();
  const int error =
      uv_fs_write(uvLoop(loop), &request, descriptor.get(), buffers.data(), used, -1, trampoline<&Core::onWritten>);
  if (error != 0) {
    die("write a file", error);
  }
}

void FileWriter::Core::onWritten(long count) {
  if (count == UV_EINTR || count == UV_EAGAIN) {
    submit();
    return;
  }
  if (count < 0) {
    fail(writeError("write a file", static_cast<int>(-count)));
    return;
  }
  if (count == 0 && offered > 0) {
    fail(writeError("write a file", EIO));
    return;
  }
  consume(static_cast<std::size_t>(count));
  if (released || inFlight) {
    return;
  }
  if (!queue.empty()) {
    submit();
  } else if (closing) {
    closeFile();
  }
}

void FileWriter::Core::consume(std::size_t count) {
  pending -= count;
  written += count;
  std::vector<Done> complete;
  while (!queue.empty() && queue.front().data.size() - queue.front().offset <= count) {
    count -= queue.front().data.size() - queue.front().offset;
    complete.push_back(std::move(queue.front().done));
    queue.pop_front();
  }
  if (!queue.empty()) {
    queue.front().offset += count;
  }
  // A write from inside a callback must not begin before the others of this round are told.
  inFlight = shared_from_this();
  for (auto& done : complete) {
    if (done && !released) {
      done({});
    }
  }
  inFlight.reset();
}

void FileWriter::Core::fail(Error error) {
  problem = std::move(error);
  if (std::exchange(failing, true)) {
    return;
  }
  loop.defer([core = shared_from_this()] {
    core->failing = false;
    for (auto& entry : std::exchange(core->queue, {})) {
      core->pending -= entry.data.size() - entry.offset;
      if (entry.done && !core->released) {
        entry.done(*core->problem);
      }
    }
    if (core->closing && !core->released && core->queue.empty() && !core->inFlight) {
      core->closeFile();
    }
  });
}

void FileWriter::Core::closeFile() {
  request.data = this;
  inFlight = shared_from_this();
  if (const int error = uv_fs_close(uvLoop(loop), &request, descriptor.release(), trampoline<&Core::onClosed>);
      error != 0) {
    die("close a file", error);
  }
}

void FileWriter::Core::onClosed(long status) {
  if (status < 0 && !problem) {
    problem = writeError("close a file", static_cast<int>(-status));
  }
  if (const auto done = std::exchange(onClose, nullptr)) {
    done(problem ? Result<void>(*problem) : Result<void>());
  }
}

Result<std::unique_ptr<FileWriter>> FileWriter::create(Loop& loop, const std::string& path, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    return writeError("create " + path, errno);
  }
  return adopt(loop, fd);
}

std::unique_ptr<FileWriter> FileWriter::adopt(Loop& loop, int descriptor) {
  return std::unique_ptr<FileWriter>(new FileWriter(std::make_shared<Core>(loop, descriptor)));
}

FileWriter::~FileWriter() { core_->released = true; }

void FileWriter::write(Bytes data, Done done) { core_->write(std::move(data), std::move(done)); }

void FileWriter::close(Done done) {
  core_->closing = true;
  core_->onClose = std::move(done);
  if (!core_->inFlight && core_->queue.empty()) {
    core_->closeFile();
  }
}

std::size_t FileWriter::pendingBytes() const { return core_->pending; }

std::uint64_t FileWriter::written() const { return core_->written; }

void removeFile(Loop& loop, const std::string& path) {
  struct Request {
    uv_fs_t uv{};
    std::string path;
  };
  auto request = std::make_unique<Request>();
  request->path = path;
  request->uv.data = request.get();
  const int error = uv_fs_unlink(uvLoop(loop), &request->uv, path.c_str(), [](uv_fs_t* uv) {
    const std::unique_ptr<Request> own(static_cast<Request*>(uv->data));
    if (uv->result < 0 && uv->result != UV_ENOENT) {
      log::warn("loop", "remove {}: {}", log::escape(own->path), uv_strerror(static_cast<int>(uv->result)));
    }
    uv_fs_req_cleanup(uv);
  });
  if (error != 0) {
    die("remove a file", error);
  }
  (void)request.release();
}

}  // namespace bridge::loop
