#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "loop/descriptor.h"
#include "loop/file.h"

namespace bridge::loop {

Result<OpenFile> OpenFile::open(const std::string& path) {
  // O_NONBLOCK: opening a FIFO would wait for its writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    auto error = errnoError("open " + path, errno);
    if (errno == ENOENT || errno == ENOTDIR) {
      error.code = ErrorCode::NotFound;
    }
    return error;
  }
  return adopt(fd);
}

Result<OpenFile> OpenFile::adopt(int descriptor) {
  Descriptor owned(descriptor);
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) {
    return errnoError("fstat", errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return Error{ErrorCode::NotFound, "it is no regular file"};
  }
  OpenFile file;
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  file.mtime_ = Modified(
      std::chrono::duration_cast<Modified::duration>(Seconds(info.st_mtim.tv_sec) + Duration(info.st_mtim.tv_nsec)));
  file.device_ = info.st_dev;
  file.inode_ = info.st_ino;
  file.descriptor_ = std::shared_ptr<const int>(new int(owned.release()), [](const int* fd) {
    ::close(*fd);
    delete fd;
  });
  return file;
}

OpenFile OpenFile::share() const {
  OpenFile other;
  other.descriptor_ = descriptor_;
  other.size_ = size_;
  other.mtime_ = mtime_;
  other.device_ = device_;
  other.inode_ = inode_;
  return other;
}

}  // namespace bridge::loop
