#include "process/cgroups.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "process/process.h"
#include "runtime/process/process_fixture.h"
#include "support/temp_dir.h"

namespace bridge::process {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string read(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The writing part, in a folder that only looks like a cgroup.
class CgroupsTest : public testing::LoopTest {
 protected:
  void SetUp() override { write(folder_ + "/cgroup.controllers", "cpuset cpu io memory pids\n"); }

  Result<std::unique_ptr<Cgroups>> open(const std::vector<std::string_view>& controllers) {
    return Cgroups::open(loop_, folder_, controllers);
  }

  testing::TempDir temp_;
  std::string folder_ = temp_.path();
};

TEST_F(CgroupsTest, SwitchesItsControllersOnAndWritesTheLimits) {
  auto cgroups = testing::must(open({"memory", "pids", "cpu"}));
  // Each is a write of its own, which cgroupfs adds up and a file does not.
  EXPECT_THAT(read(folder_ + "/cgroup.subtree_control"), ::testing::StartsWith("+cpu"));
  {
    const auto one = testing::must(cgroups->make("one", {.memory = 64U << 20U, .processes = 16, .cpus = 0.5}));
    EXPECT_EQ(one->path(), folder_ + "/one");
    EXPECT_EQ(read(one->path() + "/memory.max"), "67108864");
    EXPECT_EQ(read(one->path() + "/memory.swap.max"), "0");
    EXPECT_EQ(read(one->path() + "/memory.oom.group"), "1");
    EXPECT_EQ(read(one->path() + "/pids.max"), "16");
    EXPECT_EQ(read(one->path() + "/cpu.max"), "50000 100000");
    EXPECT_FALSE(one->ranOutOfMemory());
    write(one->path() + "/memory.events", "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n");
    EXPECT_TRUE(one->ranOutOfMemory());
  }
  const auto free = testing::must(cgroups->make("two", {.processes = 1}));
  EXPECT_FALSE(std::filesystem::exists(free->path() + "/memory.max"));
  EXPECT_FALSE(std::filesystem::exists(free->path() + "/cpu.max"));
  EXPECT_FALSE(cgroups->make("two", {}).ok()) << "there is one of that name";
}

TEST_F(CgroupsTest, KillsWhatIsLeftInACgroupAndRemovesItWhenThatIsGone) {
  auto cgroups = testing::must(open({}));
  auto one = testing::must(cgroups->make("one", {}));
  const auto path = one->path();
  write(path + "/held", "");
  one.reset();
  EXPECT_EQ(read(path + "/cgroup.kill"), "1");
  std::filesystem::remove(path + "/held");
  std::filesystem::remove(path + "/cgroup.kill");
  EXPECT_TRUE(runUntil([&] { return !std::filesystem::exists(path); })) << "tried again";
}

TEST_F(CgroupsTest, MovesWhatLivesInItOutOfTheWay) {
  write(folder_ + "/cgroup.procs", "4711\n");
  EXPECT_TRUE(open({}).ok()) << "the root of the tree, where the processes of the machine live, is left alone";
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/server"));
  write(folder_ + "/cgroup.type", "domain\n");
  EXPECT_THAT(open({}).error().detail, HasSubstr("processes keep appearing in")) << "here nobody takes them out";
  EXPECT_EQ(read(folder_ + "/server/cgroup.procs"), "4711");
}

TEST_F(CgroupsTest, SaysWhatIsMissingAndWhatToDo) {
  write(folder_ + "/cgroup.controllers", "cpu pids\n");
  EXPECT_THAT(open({"memory"}).error().detail,
              AllOf(HasSubstr("has no controller `memory`"), HasSubstr("Delegate=yes")));
  std::filesystem::remove(folder_ + "/cgroup.controllers");
  EXPECT_THAT(open({}).error().detail, HasSubstr("is no folder of cgroup v2"));
}

/// In a cgroup of the kernel's, without any limit: which controllers there are is the system's affair.
TEST_F(CgroupsTest, AProcessBeginsInItsCgroupAndTakesNoneOfItsDescendantsPastItsEnd) {
  std::string mounted;
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, place, type, rest; mounts >> device >> place >> type && std::getline(mounts, rest);) {
    mounted = type == "cgroup2" ? place : mounted;
  }
  const auto base = mounted + "/bridge-test-" + std::to_string(::getpid());
  if (mounted.empty() || ::mkdir(base.c_str(), 0755) != 0) {
    GTEST_SKIP() << "no cgroup v2 that this user may write";
  }
  {
    auto cgroups = testing::must(Cgroups::open(loop_, base, {}));
    auto cgroup = testing::must(cgroups->make("one", {}));
    auto spec = shell("cat /proc/self/cgroup; setsid sleep 300 >/dev/null 2>&1 & echo pid $!");
    spec.cgroup = cgroup->descriptor();
    std::optional<ExitCause> cause;
    std::string said;
    auto process =
        testing::must(Process::start(loop_, spec,
                                     {.onExit = [&](const ExitCause& end) { cause = end; },
                                      .onLine = [&](std::string_view line) { said += std::string(line) + "\n"; }}));
    ASSERT_TRUE(runUntil([&] { return cause.has_value(); }));
    EXPECT_THAT(said, HasSubstr("/bridge-test-" + std::to_string(::getpid()) + "/one"));
    cgroup.reset();
    EXPECT_TRUE(runUntil([&] { return !std::filesystem::exists(base + "/one"); })) << "the daemon is killed: " << said;
    spec.file = "/no/such/program";
    auto other = testing::must(cgroups->make("two", {}));
    spec.cgroup = other->descriptor();
    const auto failed = Process::start(loop_, spec, {});
    ASSERT_FALSE(failed.ok());
    EXPECT_THAT(failed.error().detail, HasSubstr("No such file"))
        << "said by the child, which does not share our memory";
  }
  EXPECT_EQ(::rmdir(base.c_str()), 0) << "nothing is left in it";
}

}  // namespace
}  // namespace bridge::process
