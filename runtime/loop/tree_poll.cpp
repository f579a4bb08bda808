#include "loop/tree_poll.h"

#include <sys/stat.h>

#include <filesystem>
#include <utility>

#include "loop/handle.h"

namespace bridge::loop {
namespace {

namespace fs = std::filesystem;

std::string realPath(const std::string& path) {
  std::error_code ignored;
  auto real = fs::canonical(path, ignored);
  return real.empty() ? path : real.string();
}

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

/// Belongs to libuv until its callback, which comes even after a cancellation.
struct TreePoll::Look {
  uv_work_t uv{};
  TreePoll* owner = nullptr;
  std::string root;
  std::function<bool(const std::string&)> enter;
  Files files;
};

TreePoll::TreePoll(Loop& loop, std::string root, Duration pause, Events events)
    : loop_(loop),
      name_(std::move(root)),
      root_(realPath(name_)),
      pause_(pause),
      events_(std::move(events)),
      timer_(loop) {
  look();
}

TreePoll::~TreePoll() {
  if (look_ != nullptr) {
    look_->owner = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&look_->uv));
  }
}

bool TreePoll::current() const { return realPath(name_) == root_; }

void TreePoll::list(const std::string& root, const std::string& folder,
                    const std::function<bool(const std::string&)>& enter, Files& files) {
  std::error_code error;
  for (fs::directory_iterator entry(root + "/" + folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    const auto path = folder.empty() ? name : folder + "/" + name;
    struct stat info {};
    if (::lstat(entry->path().c_str(), &info) != 0) {
      continue;  // Gone again.
    }
    if (!S_ISDIR(info.st_mode)) {
      files[path] = {info.st_dev, info.st_ino, info.st_size, nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
    } else if (enter(path)) {
      list(root, path, enter, files);
    }
  }
}

void TreePoll::look() {
  auto look = std::make_unique<Look>();
  look->owner = this;
  look->root = root_;
  look->enter = events_.enter;
  look->uv.data = look.get();
  const int error = uv_queue_work(
      uvLoop(loop_), &look->uv,
      [](uv_work_t* uv) {
        auto* own = static_cast<Look*>(uv->data);
        list(own->root, "", own->enter, own->files);
      },
      [](uv_work_t* uv, int status) {
        const std::unique_ptr<Look> own(static_cast<Look*>(uv->data));
        if (own->owner != nullptr) {
          own->owner->look_ = nullptr;
          if (status == 0) {
            own->owner->onLooked(std::move(own->files));
          }
        }
      });
  if (error != 0) {
    die("look through a folder", error);
  }
  look_ = look.release();
}

void TreePoll::onLooked(Files files) {
  timer_.start(pause_, [this] { look(); });
  const auto before = std::exchange(files_, std::move(files));
  if (!std::exchange(begun_, true)) {
    return;
  }
  std::vector<std::string> changes;
  for (const auto& [path, stamp] : files_) {
    const auto known = before.find(path);
    if (known == before.end() || known->second != stamp) {
      changes.push_back(path);
    }
  }
  for (const auto& [path, stamp] : before) {
    if (!files_.contains(path)) {
      changes.push_back(path);
    }
  }
  const auto onChange = events_.onChange;
  const std::weak_ptr<bool> alive = alive_;
  for (const auto& path : changes) {
    if (alive.expired()) {
      return;
    }
    onChange(path);
  }
}

}  // namespace bridge::loop
