#include "loop/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/pidfd.h"
#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

class ChildTest : public testing::LoopTest {
 protected:
  static Child::Options shell(const std::string& script) {
    Child::Options options;
    options.file = "sh";
    options.args = {"-c", script};
    options.environment = {"PATH=/usr/bin:/bin", "GREETING=hi"};
    options.captureStdout = true;
    options.captureStderr = true;
    return options;
  }
  struct Outcome {
    std::string out;
    std::string err;
    ExitStatus status;
  };
  Outcome runToEnd(const Child::Options& options) {
    std::optional<ExitStatus> status;
    auto child = Child::spawn(loop_, options, [&status](ExitStatus ended) { status = ended; });
    EXPECT_TRUE(child.ok()) << child.error().detail;
    testing::Inbox out;
    testing::Inbox err;
    const auto outStream = (*child)->takeStdout();
    const auto errStream = (*child)->takeStderr();
    outStream->startReading(out.events());
    errStream->startReading(err.events());
    EXPECT_TRUE(runUntil([&] { return status && out.ended && err.ended; }));
    return {out.text, err.text, status.value_or(ExitStatus{})};
  }
  static bool alive(pid_t pid) { return ::kill(pid, 0) == 0; }

  testing::TempDir folder_;
};

TEST_F(ChildTest, TellsOutputAndExitCode) {
  const auto outcome = runToEnd(shell("echo $GREETING; echo problem > /dev/stderr; exit 3"));
  EXPECT_EQ(outcome.out, "hi\n");
  EXPECT_EQ(outcome.err, "problem\n");
  EXPECT_EQ(outcome.status, (ExitStatus{3, 0}));
}

TEST_F(ChildTest, TellsTheSignalThatEndedIt) {
  auto options = shell("kill -9 $$");
  EXPECT_EQ(runToEnd(options).status, (ExitStatus{0, 9}));
}

TEST_F(ChildTest, HasOnlyTheEnvironmentAndTheDescriptorsItIsGiven) {
  const int leaked = ::dup(0);  // Not close-on-exec.
  auto ends = testing::must(socketPair());
  auto options = shell("env | grep -v -E '^(PWD|SHLVL|_)=' | sort; ls /proc/$$/fd; echo x >&7");
  options.passedDescriptors = {{ends.second, 7}};
  const auto outcome = runToEnd(options);
  EXPECT_EQ(outcome.out, "GREETING=hi\nPATH=/usr/bin:/bin\n0\n1\n2\n7\n") << outcome.err;
  ::close(ends.second);
  ::close(leaked);
  char byte = 0;
  EXPECT_EQ(::read(ends.first, &byte, 1), 1);
  ::close(ends.first);
}

TEST_F(ChildTest, RunsInItsFolderAndReadsNothingFromUs) {
  auto options = shell("pwd; cat");
  options.workingDirectory = folder_.path();
  EXPECT_EQ(runToEnd(options).out, folder_.path() + "\n");
}

TEST_F(ChildTest, ReadsWhatIsWrittenToItsInput) {
  auto options = shell("cat");
  options.pipeStdin = true;
  bool exited = false;
  auto child = testing::must(Child::spawn(loop_, options, [&exited](ExitStatus) { exited = true; }));
  testing::Inbox out;
  const auto outStream = child->takeStdout();
  outStream->startReading(out.events());
  const auto in = child->takeStdin();
  EXPECT_FALSE(child->takeStdin());
  in->write(Bytes(std::string(200000, 'x')));
  in->shutdown();
  EXPECT_TRUE(runUntil([&] { return exited && out.ended; }));
  EXPECT_EQ(out.text.size(), 200000U);
}

TEST_F(ChildTest, TellsWhatItAndItsOwnChildrenHaveUsed) {
  bool exited = false;
  auto options =
      shell("i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; head -c 40000000 /dev/zero | tail -c 40000000 | wc -c");
  auto child = testing::must(Child::spawn(loop_, options, [&exited](ExitStatus) { exited = true; }));
  EXPECT_TRUE(runUntil([&exited] { return exited; }));
  EXPECT_GT(child->usage().user, Duration::zero());
  EXPECT_GT(child->usage().peakMemory, 30U << 20U) << "tail holds the last 40 MB";
}

TEST_F(ChildTest, RunsAScriptWithoutAnInterpreterLineInTheShell) {
  auto options = shell("");
  options.file = folder_.file("script");
  options.args = {"word"};
  folder_.write("script", "echo got $1\n");
  ASSERT_EQ(::chmod(options.file.c_str(), 0700), 0);
  EXPECT_EQ(runToEnd(options).out, "got word\n");
}

TEST_F(ChildTest, BeginsWithAllSignalsAtTheirDefaults) {
  // The loop ignores SIGPIPE; a child that did, too, would write into a closed pipe for ever.
  const auto outcome = runToEnd(shell("grep -E '^Sig(Ign|Blk)' /proc/self/status"));
  // 32 and 33 are glibc's own; its posix_spawn leaves them ignored.
  EXPECT_THAT(outcome.out, ::testing::AnyOf("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
                                            "SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n"));
}

TEST_F(ChildTest, IsNotStartedWhereTheFileOrTheFolderIsMissing) {
  auto options = shell("true");
  options.file = "no-such-program";
  const auto missing = Child::spawn(loop_, options, [](ExitStatus) { FAIL(); });
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().detail.find("start no-such-program: No such file"), std::string::npos)
      << missing.error().detail;
  options = shell("true");
  options.workingDirectory = folder_.file("none");
  const auto nowhere = Child::spawn(loop_, options, [](ExitStatus) { FAIL(); });
  ASSERT_FALSE(nowhere.ok());
  EXPECT_NE(nowhere.error().detail.find("in " + folder_.file("none")), std::string::npos) << nowhere.error().detail;
}

TEST_F(ChildTest, DiesWithUsWhereItIsToldTo) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    Loop loop;
    auto options = shell("exec sleep 1000");
    options.captureStdout = false;
    options.captureStderr = false;
    options.diesWithUs = true;
    const auto child = Child::spawn(loop, options, [](ExitStatus) {});
    const pid_t pid = child.ok() ? (*child)->pid() : 0;
    (void)!::write(ends[1], &pid, sizeof pid);
    ::raise(SIGKILL);
  }
  ::close(ends[1]);
  pid_t pid = 0;
  ASSERT_EQ(::read(ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  ::close(ends[0]);
  ASSERT_GT(pid, 0);
  EXPECT_EQ(::waitpid(parent, nullptr, 0), parent);
  const auto gone = [pid] {
    // It may stay as a zombie, for whoever adopts it.
    const auto stat = testing::readAll("/proc/" + std::to_string(pid) + "/stat");
    return stat.empty() || stat.find(") Z ") != std::string::npos;
  };
  EXPECT_TRUE(runUntil(gone));
}

TEST_F(ChildTest, IsDestroyedInItsOwnCallback) {
  std::unique_ptr<Child> child;
  child = testing::must(Child::spawn(loop_, shell("exit 0"), [&child](ExitStatus) { child.reset(); }));
  EXPECT_TRUE(isOwnChild(loop_, child->pid()));
  const auto pid = child->pid();
  EXPECT_TRUE(runUntil([&child] { return !child; }));
  EXPECT_FALSE(isOwnChild(loop_, pid));
}

TEST_F(ChildTest, IsKilledWithItsGroupAndReapedWhenDestroyed) {
  auto options = shell("sleep 1000 & echo $!; wait");
  options.newProcessGroup = true;
  auto child = testing::must(Child::spawn(loop_, options, [](ExitStatus) { FAIL(); }));
  testing::Inbox out;
  const auto outStream = child->takeStdout();
  outStream->startReading(out.events());
  EXPECT_TRUE(runUntil([&out] { return out.text.ends_with("\n"); }));
  const pid_t pid = child->pid();
  const auto grandchild = static_cast<pid_t>(std::stol(out.text));
  EXPECT_TRUE(alive(grandchild));
  child.reset();
  // Its end of the pipe closes when the last process of the group is gone.
  EXPECT_TRUE(runUntil([&] { return out.ended && !alive(pid); }));
}

TEST_F(ChildTest, IsSignalledWhileItRunsOnly) {
  std::optional<ExitStatus> status;
  auto child =
      testing::must(Child::spawn(loop_, shell("exec sleep 1000"), [&status](ExitStatus ended) { status = ended; }));
  EXPECT_TRUE(child->running());
  EXPECT_TRUE(child->kill(SIGTERM).ok());
  EXPECT_TRUE(runUntil([&status] { return status.has_value(); }));
  EXPECT_EQ(status->signal, SIGTERM);
  EXPECT_FALSE(child->running());
  EXPECT_FALSE(child->kill(SIGTERM).ok());
  EXPECT_FALSE(child->killGroup(SIGTERM).ok());
}

TEST_F(ChildTest, PidHandleSignalsAndSeesTheEnd) {
  bool exited = false;
  auto child = testing::must(Child::spawn(loop_, shell("exec sleep 1000"), [&exited](ExitStatus) { exited = true; }));
  auto handle = testing::must(PidHandle::open(loop_, child->pid()));
  EXPECT_EQ(handle->parentPid(), ::getpid());
  EXPECT_TRUE(handle->exists());
  bool seen = false;
  handle->onExit([&] { seen = true; });
  EXPECT_TRUE(handle->send(SIGKILL).ok());
  EXPECT_TRUE(runUntil([&] { return exited && seen; }));
  EXPECT_FALSE(handle->exists());
  EXPECT_FALSE(handle->send(SIGKILL).ok());
  EXPECT_EQ(handle->parentPid(), std::nullopt);
  EXPECT_FALSE(PidHandle::open(loop_, child->pid()).ok());
}

TEST_F(ChildTest, PidHandleIsDestroyedInItsOwnCallback) {
  bool exited = false;
  auto child = testing::must(Child::spawn(loop_, shell("exit 0"), [&exited](ExitStatus) { exited = true; }));
  auto handle = testing::must(PidHandle::open(loop_, child->pid()));
  handle->onExit([&handle] { handle.reset(); });
  EXPECT_TRUE(runUntil([&] { return exited && !handle; }));
}

}  // namespace
}  // namespace bridge::loop
