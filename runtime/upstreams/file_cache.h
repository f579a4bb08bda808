#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "upstreams/file_answer.h"

namespace bridge::upstreams {

/// One state of a regular file on disk. The time of the last change of its inode is part of it, since a file may be
/// given the size and the date of another one.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  std::int64_t modified = 0;
  std::int64_t changed = 0;
  std::uint64_t size = 0;

  bool operator==(const FileIdentity&) const = default;

  /// Nothing where there is no regular file.
  [[nodiscard]] static std::optional<FileIdentity> of(const std::string& path);
  [[nodiscard]] static std::optional<FileIdentity> of(int descriptor);
};

/// What was found out about a file, so that it need not be asked again for each request.
struct KnownFile {
  FileIdentity identity;
  FileFacts facts;
  std::string type;
  /// Which of the precompressed siblings there were at `siblingsSeen`, a bit for each coding.
  unsigned siblings = 0;
  Instant siblingsSeen = Instant::min();
  /// The bytes, where the cache holds them.
  std::shared_ptr<const std::string> content;
};

/// The files that were asked for last, by path. Bounded: the least recently used ones go. A file is found only while
/// it is still the one that was remembered, so that a change on disk counts at once. Owned by StaticFiles.
class FileCache {
 public:
  struct Limits {
    std::size_t files = 4096;
    std::size_t contentBytes = 16U << 20U;
  };

  explicit FileCache(Limits limits) : limits_(limits) {}

  /// Null where the path, in this state, is not known.
  [[nodiscard]] std::shared_ptr<KnownFile> find(const std::string& path, const FileIdentity& identity);
  void put(const std::string& path, std::shared_ptr<KnownFile> file);
  /// Keeps the bytes of a file that is remembered; nothing where it is not, or not any more.
  void hold(const std::string& path, const KnownFile& file, std::shared_ptr<const std::string> content);

  [[nodiscard]] std::size_t size() const { return byPath_.size(); }
  [[nodiscard]] std::size_t contentBytes() const { return contentBytes_; }

 private:
  struct Entry {
    std::string path;
    std::shared_ptr<KnownFile> file;
  };
  using Entries = std::list<Entry>;

  void remove(Entries::iterator entry);
  void shrink();

  Limits limits_;
  std::size_t contentBytes_ = 0;
  /// The most recently used first. The keys are the paths of the entries.
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> byPath_;
};

}  // namespace bridge::upstreams
