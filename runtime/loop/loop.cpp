#include "loop/loop.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "loop/handle.h"

namespace bridge::loop {
namespace {

void runDeferred(Loop::Core& core) {
  if (core.deferred.empty()) {
    return;
  }
  std::vector<std::function<void()>> batch;
  while (!core.deferred.empty()) {
    batch.swap(core.deferred);
    for (auto& work : batch) {
      work();
      work = nullptr;
    }
    batch.clear();
  }
  // Gives the storage back to the queue, so that a busy loop allocates none.
  core.deferred.swap(batch);
  uv_idle_stop(&core.busy);
}

int openHandles(Loop::Core& core) {
  int open = 0;
  uv_walk(
      &core.uv,
      [](uv_handle_t* handle, void* count) {
        if (uv_is_closing(handle) == 0) {
          ++*static_cast<int*>(count);
        }
      },
      &open);
  return open - core.dying - 3;  // prepare, check and busy
}

}  // namespace

void die(std::string_view what, int uvError) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(), uv_strerror(uvError));
  std::abort();
}

Loop::Loop() : core_(std::make_unique<Core>()) {
  std::signal(SIGPIPE, SIG_IGN);
  if (const int error = uv_loop_init(&core_->uv); error != 0) {
    die("the event loop cannot start", error);
  }
  core_->uv.data = core_.get();
  core_->readBuffer = std::make_unique_for_overwrite<char[]>(kReadBuffer);
  uv_prepare_init(&core_->uv, &core_->prepare);
  uv_check_init(&core_->uv, &core_->check);
  uv_idle_init(&core_->uv, &core_->busy);
  uv_prepare_start(&core_->prepare, [](uv_prepare_t* handle) { runDeferred(*static_cast<Core*>(handle->loop->data)); });
  uv_check_start(&core_->check, [](uv_check_t* handle) { runDeferred(*static_cast<Core*>(handle->loop->data)); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&core_->prepare));
  uv_unref(reinterpret_cast<uv_handle_t*>(&core_->check));
}

Loop::~Loop() {
  if (!close()) {
    std::fprintf(stderr, "the event loop ends before its handles:\n");
    uv_print_all_handles(&core_->uv, stderr);
    std::abort();
  }
}

void Loop::run() {
  core_->running = true;
  uv_run(&core_->uv, UV_RUN_DEFAULT);
  core_->running = false;
}

void Loop::stop() { uv_stop(&core_->uv); }

Instant Loop::now() const {
  if (!core_->running) {
    uv_update_time(&core_->uv);
  }
  return Instant(Millis(uv_now(&core_->uv)));
}

Instant Loop::preciseNow() const { return std::max(Clock::now(), now()); }

double Loop::wallClock() const {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void Loop::defer(std::function<void()> work) {
  if (core_->closing) {
    return;
  }
  if (core_->deferred.empty()) {
    uv_idle_start(&core_->busy, [](uv_idle_t*) {});
  }
  core_->deferred.push_back(std::move(work));
}

bool Loop::close() {
  if (core_->closed) {
    return true;
  }
  if (!core_->closing) {
    core_->closing = true;
    // Dropping the work may destroy the last handles.
    std::exchange(core_->deferred, {}).clear();
    if (openHandles(*core_) > 0) {
      core_->closing = false;
      return false;
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&core_->prepare), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&core_->check), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&core_->busy), nullptr);
  }
  uv_run(&core_->uv, UV_RUN_DEFAULT);
  core_->closed = uv_loop_close(&core_->uv) == 0;
  return core_->closed;
}

}  // namespace bridge::loop
