#include "loop/spawn.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace bridge::loop {
namespace {

constexpr std::size_t kStack = 128U << 10U;
constexpr int kFailed = 127;

/// What the child reads while it still lives in our memory, and where it says what failed.
struct Plan {
  const char* file;
  char* const* args;
  char* const* environment;
  const char* workingDirectory;
  const int* descriptors;
  int descriptorCount;
  /// One for each descriptor.
  int* moved;
  bool ownGroup;
  bool diesWithUs;
  pid_t parent;
  /// In memory that the child shares with us.
  int* error;
};

/// Descriptors are first moved out of the way: one may stand where another one is to be.
bool takeDescriptors(const Plan& plan) {
  for (int i = 0; i < plan.descriptorCount; ++i) {
    plan.moved[i] = -1;
    if (plan.descriptors[i] >= 0) {
      plan.moved[i] = ::fcntl(plan.descriptors[i], F_DUPFD_CLOEXEC, plan.descriptorCount);
    } else if (i < 3) {
      const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
      plan.moved[i] = null < 0 ? -1 : ::fcntl(null, F_DUPFD_CLOEXEC, plan.descriptorCount);
    } else {
      continue;
    }
    if (plan.moved[i] < 0) {
      return false;
    }
  }
  for (int i = 0; i < plan.descriptorCount; ++i) {
    if (plan.moved[i] >= 0 && ::dup2(plan.moved[i], i) < 0) {
      return false;
    }
  }
  return true;
}

bool prepare(const Plan& plan) {
  for (int number = 1; number < NSIG; ++number) {
    // The two that the C library keeps to itself are refused, and are at their defaults.
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(number, &standard, nullptr);
  }
  if (plan.ownGroup) {
    // No session of its own: where the kernel groups tasks by session (autogroup), each process of a busy machine would
    // begin as the last of all groups.
    ::setpgid(0, 0);
  }
  if (plan.diesWithUs) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // We may have died before the kernel knew that it wants to follow.
    if (::getppid() != plan.parent) {
      errno = ESRCH;
      return false;
    }
  }
  if (!takeDescriptors(plan) || (plan.workingDirectory != nullptr && ::chdir(plan.workingDirectory) != 0)) {
    return false;
  }
  sigset_t none;
  ::sigemptyset(&none);
  return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

/// In the child, on a stack of its own and in our memory: no allocation, no lock, no destructor.
int becomeProgram(void* argument) {
  auto& plan = *static_cast<Plan*>(argument);
  if (prepare(plan)) {
    // A path by now; this one also gives a script without #! to the shell, as people are used to.
    ::execvpe(plan.file, plan.args, plan.environment);
  }
  *plan.error = errno;
  return kFailed;
}

/// An int that a forked child can tell us something in.
class SharedInt {
 public:
  SharedInt() : place_(::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  ~SharedInt() {
    if (place_ != MAP_FAILED) {
      ::munmap(place_, sizeof(int));
    }
  }
  SharedInt(const SharedInt&) = delete;
  SharedInt& operator=(const SharedInt&) = delete;
  [[nodiscard]] int* get() const { return place_ == MAP_FAILED ? nullptr : static_cast<int*>(place_); }

 private:
  void* place_;
};

/// Only clone3 begins a process in another cgroup; to move it there afterwards makes the kernel wait for all CPUs,
/// which was seen to take 12 ms. It has no wrapper that gives the child a stack of its own, so this one is a fork.
pid_t cloneInto(int cgroup, Plan& plan, int* pidfd) {
  clone_args args{};
  args.flags = CLONE_VFORK | CLONE_PIDFD | CLONE_INTO_CGROUP;
  args.pidfd = reinterpret_cast<std::uintptr_t>(pidfd);
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<std::uint64_t>(cgroup);
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
  if (pid == 0) {
    ::_exit(becomeProgram(&plan));
  }
  return pid;
}

std::string_view pathOf(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "PATH=";
  for (const std::string_view entry : environment) {
    if (entry.starts_with(kName)) {
      return entry.substr(kName.size());
    }
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

/// Done here and not in the child, which would look into our own PATH.
std::string find(const std::string& file, const std::vector<std::string>& environment) {
  if (file.find('/') != std::string::npos) {
    return file;
  }
  std::string_view path = pathOf(environment);
  while (true) {
    const auto end = path.find(':');
    const auto folder = path.substr(0, end);
    std::string candidate = folder.empty() ? "./" + file : std::string(folder) + "/" + file;
    if (::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
    if (end == std::string_view::npos) {
      return {};
    }
    path.remove_prefix(end + 1);
  }
}

/// The pointers that exec wants; they point into the strings.
std::vector<char*> pointersTo(const std::string* first, const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 2);
  if (first != nullptr) {
    pointers.push_back(const_cast<char*>(first->c_str()));
  }
  for (const auto& text : strings) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<Spawned> spawn(const SpawnRequest& request) {
  const auto file = find(request.file, request.environment);
  if (file.empty()) {
    return errnoError("start " + request.file, ENOENT);
  }
  const auto args = pointersTo(&request.file, request.args);
  const auto environment = pointersTo(nullptr, request.environment);
  std::vector<int> moved(request.descriptors.size());
  Plan plan{.file = file.c_str(),
            .args = args.data(),
            .environment = environment.data(),
            .workingDirectory = request.workingDirectory.empty() ? nullptr : request.workingDirectory.c_str(),
            .descriptors = request.descriptors.data(),
            .descriptorCount = static_cast<int>(request.descriptors.size()),
            .moved = moved.data(),
            .ownGroup = request.ownGroup,
            .diesWithUs = request.diesWithUs,
            .parent = ::getpid(),
            .error = nullptr};
  int error = 0;
  std::optional<SharedInt> shared;
  plan.error = request.cgroup < 0 ? &error : shared.emplace().get();
  if (plan.error == nullptr) {
    return errnoError("start " + request.file, ENOMEM);
  }
  const auto stack = std::make_unique_for_overwrite<char[]>(kStack);

  // A handler of ours that ran in the child would work on our memory.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  int pidfd = -1;
  // As posix_spawn does, which cannot do PR_SET_PDEATHSIG: the child borrows our memory and we wait until it has become
  // the program. A fork copies our page tables for nothing.
  const pid_t pid = request.cgroup >= 0 ? cloneInto(request.cgroup, plan, &pidfd)
                                        : ::clone(becomeProgram, stack.get() + kStack,
                                                  CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &plan, &pidfd);
  const int cloneError = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) {
    return errnoError("start " + request.file + (request.cgroup >= 0 ? " in its cgroup" : ""), cloneError);
  }
  Spawned spawned{pid, Descriptor(pidfd)};
  if (*plan.error != 0) {
    ::waitpid(pid, nullptr, 0);
    const bool folder = plan.workingDirectory != nullptr && ::access(plan.workingDirectory, X_OK) != 0;
    return errnoError("start " + request.file + (folder ? " in " + request.workingDirectory : ""), *plan.error);
  }
  return spawned;
}

}  // namespace bridge::loop
