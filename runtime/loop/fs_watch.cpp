#include "loop/fs_watch.h"

#include <utility>

#include "loop/handle.h"

namespace bridge::loop {

struct FsWatch::Core : Block<uv_fs_event_t> {
  using Block::Block;
  Slot<const std::string&> onChange;
};

namespace {

/// The limits of inotify are those of the user, over all of its programs.
Error refusal(const std::string& path, int error) {
  switch (error) {
    case UV_ENOSPC:
      return {ErrorCode::NoDescriptors, "watch " + path +
                                            ": the limit of inotify watches is reached; as root: sysctl "
                                            "fs.inotify.max_user_watches=524288"};
    case UV_EMFILE:
      return {ErrorCode::NoDescriptors,
              "watch " + path +
                  ": the limit of inotify instances, or of open files, is reached; as root: sysctl "
                  "fs.inotify.max_user_instances=1024"};
    default:
      return uvError("watch " + path, error);
  }
}

}  // namespace

Result<std::unique_ptr<FsWatch>> FsWatch::open(Loop& loop, const std::string& path, OnChange onChange) {
  auto* core = new Core(loop);
  uv_fs_event_init(uvLoop(loop), &core->uv);
  core->uv.data = core;
  core->onChange.set(std::move(onChange));
  auto watch = std::unique_ptr<FsWatch>(new FsWatch(core));
  const int error = uv_fs_event_start(
      &core->uv,
      [](uv_fs_event_t* handle, const char* name, int, int) {
        static_cast<Core*>(handle->data)->onChange.call(name == nullptr ? std::string() : std::string(name));
      },
      path.c_str(), 0);
  if (error != 0) {
    return refusal(path, error);
  }
  return watch;
}

FsWatch::~FsWatch() {
  core_->onChange.clear();
  release(core_);
}

}  // namespace bridge::loop
