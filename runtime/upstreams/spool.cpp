#include "upstreams/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include "base/log.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kPrefix = "laravel-bridge-spool.";
/// Holds the pid; made when the folder has been locked.
constexpr const char* kOwnerName = "/owner";
/// A folder without an owner file is somebody's who is just being started, or died in that moment.
constexpr std::time_t kBirthSeconds = 60;

Error unusable(const std::string& directory, int errorNumber) {
  return {ErrorCode::InvalidSettings, "SPOOL_DIR " + directory + ": " + std::strerror(errorNumber)};
}

/// The descriptor that holds the lock of a folder, or -1 with errno (EWOULDBLOCK: somebody else holds it). The folder
/// itself is locked, because systemd-tmpfiles leaves such folders alone however old they are.
int takeLock(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    return -1;
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int failure = errno;
    ::close(fd);
    errno = failure;
    return -1;
  }
  return fd;
}

bool signOwner(const std::string& folder) {
  const int fd = ::open((folder + kOwnerName).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return false;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  const bool written = ::write(fd, pid.data(), pid.size()) == static_cast<ssize_t>(pid.size());
  ::close(fd);
  return written;
}

bool mayBeAbandoned(const std::string& folder) {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) {
    return false;
  }
  return ::access((folder + kOwnerName).c_str(), F_OK) == 0 || ::time(nullptr) - info.st_mtime > kBirthSeconds;
}

void removeAbandoned(const std::string& directory) {
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
    const std::string folder = entry.path().string();
    if (!entry.path().filename().string().starts_with(kPrefix) || !mayBeAbandoned(folder)) {
      continue;
    }
    if (const int lock = takeLock(folder); lock >= 0) {
      std::filesystem::remove_all(folder, failure);
      ::close(lock);
      log::info("spool", "removed the folder of a server that is gone: {}", log::escape(folder));
    }
  }
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(const std::string& directory, std::uint64_t maxBytes) {
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  removeAbandoned(directory);
  std::string folder = directory + "/" + std::string(kPrefix) + "XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    return unusable(directory, errno);
  }
  const int lock = takeLock(folder);
  if (lock < 0 || !signOwner(folder)) {
    const int failed = errno;
    std::filesystem::remove_all(folder, failure);
    return unusable(directory, failed);
  }
  return std::unique_ptr<Spool>(new Spool(std::move(folder), lock, maxBytes));
}

Spool::Spool(std::string folder, int lock, std::uint64_t maxBytes)
    : folder_(std::move(folder)), lock_(lock), maxBytes_(maxBytes) {}

Spool::~Spool() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  ::close(lock_);
}

Result<void> Spool::reserve(std::uint64_t bytes) {
  if (bytes > maxBytes_ - reserved_) {
    return Error{ErrorCode::SpoolFull,
                 std::to_string(reserved_) + " bytes are in use, " + std::to_string(bytes) + " more do not fit"};
  }
  reserved_ += bytes;
  return {};
}

void Spool::release(std::uint64_t bytes) { reserved_ -= bytes; }

std::string Spool::nextPath() { return folder_ + "/" + std::to_string(++counter_); }

std::unique_ptr<Spool> beginSpool(loop::Loop& loop, const config::Settings& settings,
                                  const std::function<void(const Error&)>& onFatal) {
  auto spool = Spool::open(settings.spoolDir, settings.spoolMaxBytes);
  if (!spool.ok()) {
    loop.defer([onFatal, error = spool.error()] { onFatal(error); });
    return nullptr;
  }
  return std::move(spool).value();
}

}  // namespace bridge::upstreams
