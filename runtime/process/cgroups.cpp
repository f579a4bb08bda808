#include "process/cgroups.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "base/log.h"

namespace bridge::process {
namespace {

constexpr std::string_view kAdvice =
    "; under systemd, `Delegate=yes` in the unit gives a service such a part of the tree";
/// Of cpu.max, in microseconds: the kernel's default.
constexpr std::uint64_t kCpuPeriod = 100'000;
constexpr Duration kRetry = Millis(100);
/// While we move processes, they may start others.
constexpr int kMoves = 5;

Error unusable(const std::string& what) { return {ErrorCode::InvalidSettings, what + std::string(kAdvice)}; }

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// One `write`, as the kernel wants it. 0 or errno.
int write(const std::string& path, std::string_view text) {
  const loop::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    return errno;
  }
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

/// The cgroup that we are in; empty where there is no cgroup v2.
std::string ownFolder() {
  std::istringstream mounts(read("/proc/self/mounts"));
  std::string mounted;
  for (std::string line; mounted.empty() && std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device;
    std::string place;
    std::string type;
    words >> device >> place >> type;
    mounted = type == "cgroup2" ? place : "";
  }
  std::istringstream groups(read("/proc/self/cgroup"));
  for (std::string line; !mounted.empty() && std::getline(groups, line);) {
    if (line.starts_with("0::")) {
      return line == "0::/" ? mounted : mounted + line.substr(3);
    }
  }
  return {};
}

bool holdsWord(const std::string& text, std::string_view word) {
  std::istringstream words(text);
  return std::find(std::istream_iterator<std::string>(words), {}, word) != std::istream_iterator<std::string>();
}

/// Into `server` below it.
Result<void> moveProcesses(const std::string& folder) {
  const auto server = folder + "/server";
  for (int i = 0; i < kMoves; ++i) {
    std::istringstream pids(read(folder + "/cgroup.procs"));
    std::string pid;
    if (!(pids >> pid)) {
      return {};
    }
    if (::mkdir(server.c_str(), 0755) != 0 && errno != EEXIST) {
      return unusable("no cgroup can be made in " + folder + ": " + errnoError("mkdir", errno).detail);
    }
    do {
      // ESRCH: it has ended.
      if (const int failed = write(server + "/cgroup.procs", pid); failed != 0 && failed != ESRCH) {
        return unusable("process " + pid + " cannot be moved to " + server + ": " + errnoError("write", failed).detail);
      }
    } while (pids >> pid);
  }
  return unusable("processes keep appearing in " + folder);
}

}  // namespace

Cgroup::Cgroup(Cgroups& owner, std::string path, loop::Descriptor folder)
    : owner_(owner), path_(std::move(path)), folder_(std::move(folder)) {}

Cgroup::~Cgroup() { owner_.remove(std::move(path_)); }

bool Cgroup::ranOutOfMemory() const {
  std::istringstream events(read(path_ + "/memory.events"));
  std::string name;
  std::uint64_t count = 0;
  while (events >> name >> count) {
    if (name == "oom_kill") {
      return count > 0;
    }
  }
  return false;
}

Cgroups::Cgroups(loop::Loop& loop, std::string folder) : folder_(std::move(folder)), timer_(loop) {}

Cgroups::~Cgroups() {
  for (const auto& path : leftovers_) {
    ::rmdir(path.c_str());
  }
}

Result<std::unique_ptr<Cgroups>> Cgroups::open(loop::Loop& loop, const std::string& folder,
                                               const std::vector<std::string_view>& controllers) {
  const auto place = folder == "auto" ? ownFolder() : folder;
  if (place.empty()) {
    return unusable("there is no cgroup v2 here");
  }
  const auto available = read(place + "/cgroup.controllers");
  if (::access((place + "/cgroup.controllers").c_str(), R_OK) != 0) {
    return unusable(place + " is no folder of cgroup v2");
  }
  for (const auto controller : controllers) {
    if (!holdsWord(available, controller)) {
      return unusable("the cgroup " + place + " has no controller `" + std::string(controller) + "`");
    }
  }
  if (::access(place.c_str(), W_OK | X_OK) != 0) {
    return unusable("the cgroup " + place + " cannot be written by this user");
  }
  // The root of the whole tree, which has no such file, may have both; and what lives there is the machine's.
  const bool root = ::access((place + "/cgroup.type").c_str(), F_OK) != 0;
  if (auto moved = root ? Result<void>() : moveProcesses(place); !moved.ok()) {
    return std::move(moved).error();
  }
  for (const auto controller : controllers) {
    if (const int failed = write(place + "/cgroup.subtree_control", "+" + std::string(controller)); failed != 0) {
      return unusable("the controller `" + std::string(controller) + "` cannot be switched on for what is below " +
                      place + ": " + errnoError("write", failed).detail);
    }
  }
  return std::unique_ptr<Cgroups>(new Cgroups(loop, place));
}

Result<std::unique_ptr<Cgroup>> Cgroups::make(const std::string& name, const CgroupLimits& limits) {
  const auto path = folder_ + "/" + name;
  if (::mkdir(path.c_str(), 0755) != 0) {
    return errnoError("make the cgroup " + path, errno);
  }
  loop::Descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) {
    const int failed = errno;
    ::rmdir(path.c_str());
    return errnoError("open the cgroup " + path, failed);
  }
  auto made = std::unique_ptr<Cgroup>(new Cgroup(*this, path, std::move(opened)));
  int failed = 0;
  const auto set = [&](const char* file, const std::string& value) {
    failed = failed != 0 ? failed : write(path + "/" + file, value);
  };
  if (limits.memory > 0) {
    set("memory.max", std::to_string(limits.memory));
    set("memory.oom.group", "1");
    if (failed == 0) {
      write(path + "/memory.swap.max", "0");  // Not there where the kernel does not account for swap.
    }
  }
  if (limits.processes > 0) {
    set("pids.max", std::to_string(limits.processes));
  }
  if (limits.cpus > 0) {
    const auto quota = static_cast<std::uint64_t>(std::llround(limits.cpus * static_cast<double>(kCpuPeriod)));
    set("cpu.max", std::to_string(quota) + " " + std::to_string(kCpuPeriod));
  }
  if (failed != 0) {
    return errnoError("set the limits of the cgroup " + path, failed);
  }
  return made;
}

void Cgroups::remove(std::string path) {
  if (::rmdir(path.c_str()) == 0) {
    return;
  }
  (void)write(path + "/cgroup.kill", "1");
  leftovers_.push_back(std::move(path));
  if (!timer_.active()) {
    timer_.start(kRetry, [this] { tryAgain(); });
  }
}

void Cgroups::tryAgain() {
  std::erase_if(leftovers_, [](const std::string& path) { return ::rmdir(path.c_str()) == 0 || errno == ENOENT; });
  if (!leftovers_.empty()) {
    timer_.start(kRetry, [this] { tryAgain(); });
  }
}

}  // namespace bridge::process
