#include "loop/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "loop/descriptor.h"
#include "loop/handle.h"
#include "loop/spawn.h"

namespace bridge::loop {
namespace {

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> makePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return errnoError("pipe", errno);
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Duration toDuration(const timeval& time) { return Seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec); }

Result<void> sent(int outcome, int signal) {
  if (outcome != 0) {
    return errnoError("kill with signal " + std::to_string(signal), errno);
  }
  return {};
}

}  // namespace

struct Child::Core : Block<uv_poll_t> {
  using Block::Block;

  /// The pidfd is readable: the child has ended.
  void reap() {
    int status = 0;
    rusage used{};
    if (::wait4(pid, &status, WNOHANG, &used) != pid) {
      return;
    }
    uv_poll_stop(&uv);
    usage = {.user = toDuration(used.ru_utime),
             .system = toDuration(used.ru_stime),
             .peakMemory = static_cast<std::uint64_t>(used.ru_maxrss) << 10U};
    onExit({WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0});
  }

  void onExit(ExitStatus status) {
    running = false;
    loop.core().children.erase(pid);
    if (released) {
      --loop.core().dying;
      closeHandle(this);
      return;
    }
    exiting = true;
    onExitCallback.call(status);
    exiting = false;
  }

  Slot<ExitStatus> onExitCallback;
  pid_t pid = 0;
  Descriptor pidfd;
  ResourceUsage usage;
  bool running = false;
  /// Inside `onExit`: the pid was reaped this very moment and means nobody else yet.
  bool exiting = false;
  bool ownGroup = false;
};

Child::Child(Core* core) : core_(core) {}

Result<std::unique_ptr<Child>> Child::spawn(Loop& loop, const Options& options, OnExit onExit) {
  // What others have opened without close-on-exec (libraries, whoever started us) is none of the child's business.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);

  std::vector<int> descriptors{-1, 1, 2};
  Pipe pipes[3];
  const bool wanted[3] = {options.pipeStdin, options.captureStdout, options.captureStderr};
  for (std::size_t i = 0; i < 3; ++i) {
    if (wanted[i]) {
      auto made = makePipe();
      if (!made.ok()) {
        return std::move(made).error();
      }
      pipes[i] = std::move(*made);
      descriptors[i] = i == 0 ? pipes[i].read.get() : pipes[i].write.get();
    }
  }
  for (const auto& [here, there] : options.passedDescriptors) {
    if (there < 3) {
      die("descriptors 0 to 2 of a child are not passed", UV_EINVAL);
    }
    descriptors.resize(std::max(descriptors.size(), static_cast<std::size_t>(there) + 1), -1);
    descriptors[static_cast<std::size_t>(there)] = here;
  }

  auto spawned = loop::spawn({.file = options.file,
                              .args = options.args,
                              .environment = options.environment,
                              .workingDirectory = options.workingDirectory,
                              .descriptors = std::move(descriptors),
                              .ownGroup = options.newProcessGroup,
                              .diesWithUs = options.diesWithUs,
                              .cgroup = options.cgroup});
  if (!spawned.ok()) {
    return std::move(spawned).error();
  }
  auto* core = new Core(loop);
  core->pid = spawned->pid;
  core->pidfd = std::move(spawned->pidfd);
  if (const int error = uv_poll_init(uvLoop(loop), &core->uv, core->pidfd.get()); error != 0) {
    die("watch a child", error);
  }
  core->uv.data = core;
  if (const int error = uv_poll_start(&core->uv, UV_READABLE,
                                      [](uv_poll_t* poll, int, int) { static_cast<Core*>(poll->data)->reap(); });
      error != 0) {
    die("watch a child", error);
  }
  auto child = std::unique_ptr<Child>(new Child(core));
  core->running = true;
  core->ownGroup = options.newProcessGroup;
  core->onExitCallback.set(std::move(onExit));
  loop.core().children.insert(core->pid);

  std::unique_ptr<Stream>* const ours[3] = {&child->stdin_, &child->stdout_, &child->stderr_};
  for (std::size_t i = 0; i < 3; ++i) {
    if (wanted[i]) {
      auto stream = Stream::adopt(loop, i == 0 ? pipes[i].write.release() : pipes[i].read.release());
      if (!stream.ok()) {
        return std::move(stream).error();
      }
      *ours[i] = std::move(*stream);
    }
  }
  return child;
}

Child::~Child() {
  core_->onExitCallback.clear();
  if (core_->running) {
    (void)(core_->ownGroup ? killGroup(SIGKILL) : kill(SIGKILL));
    // Its handle stays until it has been reaped; closed now, the process would remain as a zombie.
    core_->released = true;
    ++core_->loop.core().dying;
  } else {
    release(core_);
  }
}

pid_t Child::pid() const { return core_->pid; }

const ResourceUsage& Child::usage() const { return core_->usage; }

bool Child::running() const { return core_->running; }

Result<void> Child::kill(int signal) {
  if (!core_->running) {
    return errnoError("kill a process that has ended", ESRCH);
  }
  return sent(::kill(pid(), signal), signal);
}

Result<void> Child::killGroup(int signal) {
  if (!core_->running && !core_->exiting) {
    return errnoError("kill a process group whose leader has ended", ESRCH);
  }
  if (::kill(-pid(), signal) == 0) {
    return {};
  }
  return errno == ESRCH && core_->running ? kill(signal) : errnoError("kill a process group", errno);
}

std::unique_ptr<Stream> Child::takeStdout() { return std::move(stdout_); }
std::unique_ptr<Stream> Child::takeStderr() { return std::move(stderr_); }
std::unique_ptr<Stream> Child::takeStdin() { return std::move(stdin_); }

Result<std::pair<int, int>> socketPair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return errnoError("socketpair", errno);
  }
  return std::pair(ends[0], ends[1]);
}

bool isOwnChild(Loop& loop, pid_t pid) { return loop.core().children.contains(pid); }

}  // namespace bridge::loop
