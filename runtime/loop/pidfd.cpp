#include "loop/pidfd.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "loop/loop.h"
#include "loop/poll.h"

namespace bridge::loop {

PidHandle::PidHandle(Loop& loop, pid_t pid, int descriptor) : loop_(loop), pid_(pid), descriptor_(descriptor) {}

PidHandle::~PidHandle() {
  poll_.reset();
  ::close(descriptor_);
}

Result<std::unique_ptr<PidHandle>> PidHandle::open(Loop& loop, pid_t pid) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));  // close-on-exec by itself
  if (fd < 0) {
    return errnoError("pidfd_open of " + std::to_string(pid), errno);
  }
  return std::unique_ptr<PidHandle>(new PidHandle(loop, pid, fd));
}

Result<void> PidHandle::send(int signal) const {
  if (::syscall(SYS_pidfd_send_signal, descriptor_, signal, nullptr, 0U) != 0) {
    return errnoError("signal " + std::to_string(signal) + " to " + std::to_string(pid_), errno);
  }
  return {};
}

bool PidHandle::exists() const { return send(0).ok(); }

std::optional<pid_t> PidHandle::parentPid() const {
  std::array<char, 512> text{};
  const auto path = "/proc/" + std::to_string(pid_) + "/stat";
  FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) {
    return std::nullopt;
  }
  const auto length = std::fread(text.data(), 1, text.size() - 1, file);
  std::fclose(file);
  // pid (name) state ppid: the name may hold anything, the last parenthesis ends it.
  const char* end = std::strrchr(text.data(), ')');
  // What was read was about our process only if that is still there.
  if (length == 0 || end == nullptr || std::strlen(end) < 4 || !exists()) {
    return std::nullopt;
  }
  return static_cast<pid_t>(std::strtol(end + 4, nullptr, 10));
}

void PidHandle::onExit(std::function<void()> callback) {
  auto poll = Poll::open(loop_, descriptor_);
  if (!poll.ok()) {
    // Only a kernel without pollable pidfds (before 5.3) refuses, and `open` has excluded that.
    std::fprintf(stderr, "%s\n", poll.error().detail.c_str());
    std::abort();
  }
  poll_ = std::move(*poll);
  poll_->start(Poll::For::reading, [this, call = std::move(callback)] {
    poll_->stop();
    call();
  });
}

}  // namespace bridge::loop
