#include "loop/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "loop/descriptor.h"
#include "loop/handle.h"

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

/// The pointers that exec wants; they point into the strings.
std::vector<char*> pointersTo(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 2);
  for (const auto& text : strings) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  return pointers;
}

uv_stdio_container_t inherited(int descriptor) {
  uv_stdio_container_t stdio{};
  stdio.flags = UV_INHERIT_FD;
  stdio.data.fd = descriptor;
  return stdio;
}

Result<void> sent(int outcome, int signal) {
  if (outcome != 0) {
    return errnoError("kill with signal " + std::to_string(signal), errno);
  }
  return {};
}

}  // namespace

struct Child::Core : Block<uv_process_t> {
  using Block::Block;

  void onExit(ExitStatus status) {
    running = false;
    loop.core().children.erase(uv.pid);
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
  bool running = false;
  /// Inside `onExit`: the pid was reaped this very moment and means nobody else yet.
  bool exiting = false;
  bool ownGroup = false;
};

Child::Child(Core* core) : core_(core) {}

Result<std::unique_ptr<Child>> Child::spawn(Loop& loop, const Options& options, OnExit onExit) {
  // What others have opened without close-on-exec (libraries, whoever started us) is none of the child's business.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);

  std::vector<uv_stdio_container_t> stdio(3);
  stdio[1] = inherited(1);
  stdio[2] = inherited(2);
  Pipe pipes[3];
  const bool wanted[3] = {options.pipeStdin, options.captureStdout, options.captureStderr};
  for (std::size_t i = 0; i < 3; ++i) {
    if (wanted[i]) {
      auto made = makePipe();
      if (!made.ok()) {
        return std::move(made).error();
      }
      pipes[i] = std::move(*made);
      stdio[i] = inherited(i == 0 ? pipes[i].read.get() : pipes[i].write.get());
    }
  }
  for (const auto& [here, there] : options.passedDescriptors) {
    if (there < 3) {
      die("descriptors 0 to 2 of a child are not passed", UV_EINVAL);
    }
    stdio.resize(std::max(stdio.size(), static_cast<std::size_t>(there) + 1));
    stdio[static_cast<std::size_t>(there)] = inherited(here);
  }

  auto args = pointersTo(options.args);
  args.insert(args.begin(), const_cast<char*>(options.file.c_str()));
  args.push_back(nullptr);
  auto environment = pointersTo(options.environment);
  environment.push_back(nullptr);

  uv_process_options_t uv{};
  uv.file = options.file.c_str();
  uv.args = args.data();
  uv.env = environment.data();
  uv.cwd = options.workingDirectory.empty() ? nullptr : options.workingDirectory.c_str();
  uv.stdio = stdio.data();
  uv.stdio_count = static_cast<int>(stdio.size());
  uv.flags = options.newProcessGroup ? static_cast<unsigned>(UV_PROCESS_DETACHED) : 0U;
  uv.exit_cb = [](uv_process_t* process, std::int64_t code, int signal) {
    static_cast<Core*>(process->data)->onExit({static_cast<int>(code), signal});
  };

  auto* core = new Core(loop);
  core->uv.data = core;
  // Also where it fails the handle is in the loop from here on, and must be closed.
  const int error = uv_spawn(uvLoop(loop), &core->uv, &uv);
  auto child = std::unique_ptr<Child>(new Child(core));
  if (error != 0) {
    const bool folder = uv.cwd != nullptr && ::access(uv.cwd, X_OK) != 0;
    return uvError("start " + options.file + (folder ? " in " + options.workingDirectory : ""), error);
  }
  core->running = true;
  core->ownGroup = options.newProcessGroup;
  core->onExitCallback.set(std::move(onExit));
  loop.core().children.insert(core->uv.pid);

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

pid_t Child::pid() const { return core_->uv.pid; }

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
