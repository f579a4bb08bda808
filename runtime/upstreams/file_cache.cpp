#include "upstreams/file_cache.h"

#include <sys/stat.h>

#include <utility>

namespace bridge::upstreams {
namespace {

constexpr std::int64_t kNanos = 1'000'000'000;

std::optional<FileIdentity> identityOf(const struct stat& info) {
  if (!S_ISREG(info.st_mode)) {
    return std::nullopt;
  }
  return FileIdentity{.device = info.st_dev,
                      .inode = info.st_ino,
                      .modified = info.st_mtim.tv_sec * kNanos + info.st_mtim.tv_nsec,
                      .changed = info.st_ctim.tv_sec * kNanos + info.st_ctim.tv_nsec,
                      .size = static_cast<std::uint64_t>(info.st_size)};
}

}  // namespace

std::optional<FileIdentity> FileIdentity::of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? identityOf(info) : std::nullopt;
}

std::optional<FileIdentity> FileIdentity::of(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 ? identityOf(info) : std::nullopt;
}

std::shared_ptr<KnownFile> FileCache::find(const std::string& path, const FileIdentity& identity) {
  const auto found = byPath_.find(path);
  if (found == byPath_.end()) {
    return nullptr;
  }
  const auto entry = found->second;
  if (entry->file->identity != identity) {
    remove(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->file;
}

void FileCache::put(const std::string& path, std::shared_ptr<KnownFile> file) {
  if (const auto found = byPath_.find(path); found != byPath_.end()) {
    remove(found->second);
  }
  entries_.push_front({path, std::move(file)});
  byPath_.emplace(entries_.front().path, entries_.begin());
  shrink();
}

void FileCache::hold(const std::string& path, const KnownFile& file, std::shared_ptr<const std::string> content) {
  const auto found = byPath_.find(path);
  if (found == byPath_.end() || found->second->file.get() != &file || file.content ||
      content->size() > limits_.contentBytes) {
    return;
  }
  contentBytes_ += content->size();
  found->second->file->content = std::move(content);
  shrink();
}

void FileCache::remove(Entries::iterator entry) {
  if (entry->file->content) {
    contentBytes_ -= entry->file->content->size();
  }
  byPath_.erase(entry->path);
  entries_.erase(entry);
}

void FileCache::shrink() {
  while (entries_.size() > limits_.files || contentBytes_ > limits_.contentBytes) {
    remove(std::prev(entries_.end()));
  }
}

}  // namespace bridge::upstreams
