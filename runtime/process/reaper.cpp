#include "process/reaper.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"

namespace bridge::process {
namespace {

/// All children of all our threads, zombies included.
std::vector<pid_t> children() {
  std::vector<pid_t> pids;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::ifstream list(task.path() / "children");
    for (pid_t pid = 0; list >> pid;) {
      pids.push_back(pid);
    }
  }
  return pids;
}

}  // namespace

Reaper::Reaper(loop::Loop& loop, OnReaped onReaped)
    : loop_(loop), onReaped_(std::move(onReaped)), childSignal_(loop, SIGCHLD, [this] { reap(); }) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

std::vector<pid_t> Reaper::adopted() const {
  auto pids = children();
  std::erase_if(pids, [this](pid_t pid) { return loop::isOwnChild(loop_, pid); });
  return pids;
}

void Reaper::reap() {
  for (const pid_t pid : adopted()) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) != pid) {
      continue;
    }
    const loop::ExitStatus ended{WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                                 WIFSIGNALED(status) ? WTERMSIG(status) : 0};
    log::debug("process", "orphan {} reaped: exit code {}, signal {}", pid, ended.code, ended.signal);
    if (onReaped_) {
      onReaped_(pid, ended);
    }
  }
}

}  // namespace bridge::process
