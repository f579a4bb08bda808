#include "process/exec_child.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bridge::process {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;
constexpr int kWrongUse = 125;

}  // namespace

std::vector<std::string> execChildArgs(pid_t parent, const std::string& file, const std::vector<std::string>& args) {
  std::vector<std::string> all{kExecChild, std::to_string(parent), file};
  all.insert(all.end(), args.begin(), args.end());
  return all;
}

int execChild(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s %s PARENT FILE [ARGUMENT]...\n", argv[0], kExecChild);
    return kWrongUse;
  }
  // Fails harmlessly for the leader of a session, which leads its group already.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The server may have died before the kernel knew that we want to follow.
  if (::getppid() != static_cast<pid_t>(std::strtol(argv[2], nullptr, 10))) {
    std::raise(SIGKILL);
  }
  ::execvp(argv[3], argv + 3);
  const int error = errno;
  std::fprintf(stderr, "cannot run %s: %s\n", argv[3], std::strerror(error));
  return error == ENOENT || error == ENOTDIR ? kNotFound : kNotExecutable;
}

}  // namespace bridge::process
