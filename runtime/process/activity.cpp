#include "process/activity.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string_view>

namespace bridge::process {
namespace {

std::string procFile(pid_t pid, std::string_view name) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(name);
}

std::string readSmall(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return {};
  }
  std::array<char, 512> text;
  const auto length = ::read(file, text.data(), text.size());
  ::close(file);
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

struct SystemCall {
  long number;
  std::string_view name;
  /// Its first argument is a descriptor.
  bool onFile = false;
};

/// Those in which a PHP process waits. Numbers differ between machines, and older names are missing on newer ones.
constexpr SystemCall kSystemCalls[] = {
    {SYS_read, "read", true},
    {SYS_write, "write", true},
    {SYS_readv, "readv", true},
    {SYS_writev, "writev", true},
    {SYS_pread64, "pread", true},
    {SYS_pwrite64, "pwrite", true},
    {SYS_recvfrom, "recv", true},
    {SYS_recvmsg, "recvmsg", true},
    {SYS_sendto, "send", true},
    {SYS_sendmsg, "sendmsg", true},
    {SYS_connect, "connect", true},
    {SYS_accept4, "accept", true},
    {SYS_flock, "flock", true},
    {SYS_fcntl, "fcntl", true},
    {SYS_fsync, "fsync", true},
    {SYS_fdatasync, "fdatasync", true},
    {SYS_sendfile, "sendfile"},
    {SYS_openat, "open"},
    {SYS_ppoll, "poll"},
    {SYS_pselect6, "select"},
    {SYS_epoll_pwait, "epoll_wait"},
    {SYS_nanosleep, "sleep"},
    {SYS_clock_nanosleep, "sleep"},
    {SYS_futex, "futex"},
    {SYS_wait4, "wait"},
    {SYS_waitid, "wait"},
    {SYS_msgrcv, "msgrcv"},
    {SYS_semop, "semop"},
    {SYS_semtimedop, "semop"},
#ifdef SYS_poll
    {SYS_poll, "poll"},
#endif
#ifdef SYS_select
    {SYS_select, "select"},
#endif
#ifdef SYS_epoll_wait
    {SYS_epoll_wait, "epoll_wait"},
#endif
#ifdef SYS_open
    {SYS_open, "open"},
#endif
};

std::string fileOf(pid_t pid, long descriptor) {
  std::array<char, PATH_MAX> target;
  const auto length =
      ::readlink(procFile(pid, "fd/" + std::to_string(descriptor)).c_str(), target.data(), target.size());
  return length <= 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(length));
}

/// "7 0x2 ...": the number, then the arguments; "running" or "-1 ..." where it is in none.
std::string systemCallOf(pid_t pid) {
  const std::string text = readSmall(procFile(pid, "syscall"));
  char* rest = nullptr;
  const long number = std::strtol(text.c_str(), &rest, 10);
  if (rest == text.c_str() || number < 0) {
    return {};
  }
  for (const auto& call : kSystemCalls) {
    if (call.number == number) {
      const std::string file = call.onFile ? fileOf(pid, std::strtol(rest, nullptr, 16)) : std::string();
      return std::string(call.name) + (file.empty() ? "" : " on " + file);
    }
  }
  return "system call " + std::to_string(number);
}

}  // namespace

std::optional<Activity> activityOf(pid_t pid) {
  const std::string stat = readSmall(procFile(pid, "stat"));
  // pid (name) state: the name may hold anything, the last parenthesis ends it.
  const auto end = stat.rfind(") ");
  if (end == std::string::npos || end + 2 >= stat.size()) {
    return std::nullopt;
  }
  Activity activity;
  activity.state = stat[end + 2];
  if (activity.state == 'S' || activity.state == 'D') {
    activity.systemCall = systemCallOf(pid);
    if (activity.systemCall.empty()) {
      // Another user's, or a kernel that tells this to nobody: the function it sleeps in is better than nothing.
      const std::string function = readSmall(procFile(pid, "wchan"));
      activity.systemCall = function == "0" ? std::string() : function;
    }
  }
  return activity;
}

std::vector<pid_t> childrenOf(pid_t pid) {
  std::vector<pid_t> children;
  const std::string text = readSmall(procFile(pid, "task/" + std::to_string(pid) + "/children"));
  // Each number is followed by a blank; one that is cut off is not.
  for (std::size_t at = 0, end = 0; (end = text.find(' ', at)) != std::string::npos; at = end + 1) {
    children.push_back(static_cast<pid_t>(std::strtol(text.c_str() + at, nullptr, 10)));
  }
  return children;
}

std::string Activity::text() const {
  const std::string call = systemCall.empty() ? std::string() : " in " + systemCall;
  switch (state) {
    case 'R':
      return "computes";
    case 'D':
      return "waits for the kernel" + call;
    case 'T':
    case 't':
      return "is stopped";
    case 'Z':
    case 'X':
      return "has ended";
    default:
      return "waits" + call;
  }
}

}  // namespace bridge::process
