#include "base/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace bridge::log {

LogFile::LogFile(std::string path, std::size_t maxBytes, std::size_t maxFiles)
    : path_(std::move(path)), maxBytes_(maxBytes), maxFiles_(maxFiles) {}

LogFile::~LogFile() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

Result<void> LogFile::open() {
  std::error_code ignored;  // open() says it better
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
  if (file < 0) {
    return errnoError("open " + path_, errno);
  }
  if (file_ >= 0) {
    ::close(file_);
  }
  file_ = file;
  struct stat status {};
  size_ = ::fstat(file, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
  torn_ = false;
  return {};
}

void LogFile::write(std::string_view lines) {
  if (maxBytes_ > 0 && size_ > 0 && size_ + lines.size() > maxBytes_) {
    rotate();
  }
  if (torn_) {
    if (::write(file_, "\n", 1) != 1) {
      return;
    }
    torn_ = false;
  }
  while (!lines.empty()) {
    const auto written = ::write(file_, lines.data(), lines.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return;
    }
    size_ += static_cast<std::size_t>(written);
    torn_ = lines[static_cast<std::size_t>(written) - 1] != '\n';
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

void LogFile::rotate() {
  const auto numbered = [this](std::size_t number) { return path_ + "." + std::to_string(number); };
  if (maxFiles_ == 0) {
    ::unlink(path_.c_str());
  } else {
    for (auto number = maxFiles_; number > 1; --number) {
      std::rename(numbered(number - 1).c_str(), numbered(number).c_str());
    }
    std::rename(path_.c_str(), numbered(1).c_str());
  }
  if (!open()) {
    size_ = 0;  // goes on in the file that is open, and tries again when as much has been written
  }
}

}  // namespace bridge::log
