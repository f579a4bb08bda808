#include "loop/tree_watch.h"

#include <sys/stat.h>

#include <filesystem>
#include <utility>

namespace bridge::loop {
namespace {

namespace fs = std::filesystem;

std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : name.empty() ? folder : folder + "/" + name;
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

}  // namespace

TreeWatch::TreeWatch(Loop& loop, std::string root, Events events)
    : loop_(loop), root_(std::move(root)), events_(std::move(events)) {
  std::vector<std::string> ignored;
  add("", ignored);
}

TreeWatch::~TreeWatch() { *alive_ = false; }

bool TreeWatch::current() const {
  struct stat info {};
  const auto root = folders_.find("");
  return root != folders_.end() && ::stat(root_.c_str(), &info) == 0 && info.st_dev == root->second.device &&
         info.st_ino == root->second.inode;
}

void TreeWatch::add(const std::string& path, std::vector<std::string>& files) {
  struct stat info {};
  const auto whole = absolute(path);
  if (::stat(whole.c_str(), &info) != 0) {
    return;  // Gone again.
  }
  auto watch = FsWatch::open(loop_, whole, [this, path](const std::string& name) { onEvent(path, name); });
  if (!watch.ok()) {
    events_.onError(watch.error());
    return;
  }
  folders_[path] = {info.st_dev, info.st_ino, std::move(*watch)};
  // Listed after the watch has begun: what comes in between is seen twice rather than never.
  std::error_code error;
  for (fs::directory_iterator entry(whole, error), end; !error && entry != end; entry.increment(error)) {
    const auto below = joined(path, entry->path().filename().string());
    std::error_code ignored;
    if (!fs::is_directory(entry->symlink_status(ignored))) {
      files.push_back(below);
    } else if (events_.enter(below)) {
      add(below, files);
    }
  }
}

void TreeWatch::remove(const std::string& path) {
  folders_.erase(path);
  const auto below = path + "/";
  for (auto found = folders_.lower_bound(below); found != folders_.end() && found->first.starts_with(below);) {
    found = folders_.erase(found);
  }
}

void TreeWatch::onEvent(const std::string& folder, const std::string& name) {
  // What happens to the folder itself comes under its own name.
  const bool itself = name.empty() || name == fs::path(absolute(folder)).filename();
  if (itself && !exists(absolute(joined(folder, name)))) {
    if (!exists(absolute(folder))) {
      remove(folder);
      tell({folder});
    }
    return;
  }
  onEntry(joined(folder, name));
}

void TreeWatch::onEntry(const std::string& path) {
  struct stat info {};
  if (::lstat(absolute(path).c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    remove(path);
    tell({path});
    return;
  }
  if (!events_.enter(path)) {
    return;
  }
  if (const auto known = folders_.find(path); known != folders_.end()) {
    if (known->second.device == info.st_dev && known->second.inode == info.st_ino) {
      return;
    }
    remove(path);
  }
  std::vector<std::string> files;
  add(path, files);
  tell(files);
}

void TreeWatch::tell(const std::vector<std::string>& paths) {
  const auto alive = alive_;
  const auto callback = events_.onChange;
  for (const auto& path : paths) {
    if (*alive) {
      callback(path);
    }
  }
}

}  // namespace bridge::loop
