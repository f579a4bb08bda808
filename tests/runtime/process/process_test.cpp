#include "process/process.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/process/process_fixture.h"
#include "support/temp_dir.h"

namespace bridge::process {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProcessTest : public testing::LoopTest {
 protected:
  void TearDown() override {
    process_.reset();
    testing::LoopTest::TearDown();
  }

  void start(const Spec& spec) {
    process_ = testing::must(Process::start(loop_, spec,
                                            {[this](const ExitCause& cause) { cause_ = cause; },
                                             [this](std::string_view line) { lines_.emplace_back(line); }}));
  }
  [[nodiscard]] bool ends() {
    return runUntil([this] { return cause_.has_value(); });
  }
  /// The pid that the process writes as its first line.
  [[nodiscard]] pid_t toldPid() {
    EXPECT_TRUE(runUntil([this] { return !lines_.empty(); }));
    return lines_.empty() ? 0 : static_cast<pid_t>(std::stol(lines_.front()));
  }

  testing::TempDir folder_;
  std::unique_ptr<Process> process_;
  std::optional<ExitCause> cause_;
  std::vector<std::string> lines_;
};

TEST_F(ProcessTest, HasAPipeToItsStdinAndGivesItsStdoutAsItComes) {
  auto spec = shell("read line; printf 'got %s' \"$line\"; echo aside >&2");
  spec.pipeStdin = true;
  std::string output;
  process_ = testing::must(Process::start(loop_, spec,
                                          {.onExit = [this](const ExitCause& cause) { cause_ = cause; },
                                           .onLine = [this](std::string_view line) { lines_.emplace_back(line); },
                                           .onStdout = [&output](std::string_view data) { output += data; }}));
  auto input = process_->takeStdin();
  input->write(Bytes::copyOf("hello\n"));
  EXPECT_TRUE(ends());
  EXPECT_EQ(output, "got hello");
  EXPECT_THAT(lines_, ElementsAre("aside"));
}

TEST_F(ProcessTest, TellsItsLinesAndItsLastWordsWithTheCause) {
  start(shell("echo out; echo 'a \"quote\"' >&2; printf unfinished; exit 3"));
  EXPECT_EQ(process_->state(), Process::State::Starting);
  process_->markReady();
  EXPECT_EQ(process_->stateName(), "Running");
  EXPECT_TRUE(ends());
  EXPECT_EQ(process_->state(), Process::State::Exited);
  EXPECT_THAT(lines_, ::testing::UnorderedElementsAre("out", "a \"quote\"", "unfinished"));
  EXPECT_THAT(cause_->lastWords, Contains("a \\\"quote\\\""));
  EXPECT_EQ(cause_->text(), "exit code 3");
  EXPECT_THAT(cause_->textWithLastWords(), HasSubstr("exit code 3, its last words: \""));
  EXPECT_FALSE(cause_->requested);
}

TEST_F(ProcessTest, KeepsTheLastTenLines) {
  start(shell("for i in $(seq 1 1000); do echo line $i; done"));
  EXPECT_TRUE(ends());
  EXPECT_EQ(lines_.size(), 1000U);
  EXPECT_EQ(cause_->lastWords.size(), 10U);
  EXPECT_EQ(cause_->lastWords.back(), "line 1000");
}

TEST_F(ProcessTest, NamesTheSignalThatKilledIt) {
  start(shell("kill -9 $$"));
  EXPECT_TRUE(ends());
  EXPECT_EQ(cause_->text(), "signal 9 (SIGKILL)");
}

TEST_F(ProcessTest, IsNotStartedWhereTheFileIsMissingOrCannotBeRun) {
  auto spec = shell("");
  spec.file = "no-such-program";
  const auto missing = Process::start(loop_, spec, {});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().detail, "start no-such-program: No such file or directory");
  spec.file = folder_.write("plain", "no program");
  const auto plain = Process::start(loop_, spec, {});
  ASSERT_FALSE(plain.ok());
  EXPECT_EQ(plain.error().detail, "start " + spec.file + ": Permission denied");
}

TEST_F(ProcessTest, IsNotStartedInAFolderThatDoesNotExist) {
  auto spec = shell("true");
  spec.workingDirectory = folder_.file("none");
  EXPECT_FALSE(Process::start(loop_, spec, {}).ok());
}

TEST_F(ProcessTest, IsAChildOfOurs) {
  start(shell("echo $PPID"));
  EXPECT_TRUE(ends());
  EXPECT_THAT(lines_, ElementsAre(std::to_string(::getpid())));
}

TEST_F(ProcessTest, PassesDescriptorsOnAndLeadsItsOwnGroup) {
  auto ends = testing::must(loop::socketPair());
  auto spec = shell("echo $$; ps -o pgid= -p $$; echo x >&5");
  spec.passedDescriptors = {{ends.second, 5}};
  start(spec);
  ::close(ends.second);
  EXPECT_TRUE(this->ends());
  ASSERT_EQ(lines_.size(), 2U);
  EXPECT_EQ(std::stol(lines_[0]), std::stol(lines_[1]));
  char byte = 0;
  EXPECT_EQ(::read(ends.first, &byte, 1), 1);
  ::close(ends.first);
}

TEST_F(ProcessTest, StopsWithItsSignal) {
  start(shell("trap 'echo asked; exit 0' TERM; echo $$; while :; do sleep 0.01; done"));
  EXPECT_GT(toldPid(), 0);
  process_->stop();
  process_->stop();
  EXPECT_EQ(process_->state(), Process::State::Stopping);
  EXPECT_TRUE(ends());
  EXPECT_EQ(cause_->text(), "exit code 0");
  EXPECT_TRUE(cause_->requested);
  EXPECT_EQ(lines_.back(), "asked");
  process_->stop();
}

TEST_F(ProcessTest, StopsWithItsGroupWhereItsSpecSaysSo) {
  auto spec = shell("(trap 'echo asked; exit 0' TERM; echo $$; while :; do sleep 0.01; done) & trap '' TERM; wait");
  spec.stopGroup = true;
  start(spec);
  EXPECT_GT(toldPid(), 0);
  process_->stop();
  EXPECT_TRUE(ends());
  EXPECT_EQ(lines_.back(), "asked") << "that was not the process itself";
}

TEST_F(ProcessTest, IsKilledWithItsGroupWhenItDoesNotStop) {
  auto spec = shell("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000");
  spec.stopTimeout = Millis(50);
  start(spec);
  const auto grandchild = toldPid();
  process_->stop();
  EXPECT_TRUE(ends());
  EXPECT_EQ(cause_->text(), "signal 9 (SIGKILL)");
  EXPECT_TRUE(runUntil([grandchild] { return !runs(grandchild); }));
}

TEST_F(ProcessTest, LosesItsPatienceWhenItIsAskedAgain) {
  start(shell("trap '' TERM; echo $$; while :; do sleep 0.01; done"));
  EXPECT_GT(toldPid(), 0);
  process_->stop(SIGTERM, Seconds(1000));
  process_->stop(SIGKILL, Duration::zero());
  EXPECT_TRUE(ends());
}

TEST_F(ProcessTest, KillsWhatItLeavesBehindOrNot) {
  start(shell("sleep 1000 >/dev/null 2>&1 & echo $!"));
  EXPECT_TRUE(ends());
  const auto killed = toldPid();
  EXPECT_TRUE(runUntil([killed] { return !runs(killed); }));

  lines_.clear();
  cause_.reset();
  auto spec = shell("sleep 1000 >/dev/null 2>&1 & echo $!");
  spec.killLeftovers = false;
  start(spec);
  EXPECT_TRUE(ends());
  const auto left = toldPid();
  EXPECT_TRUE(runs(left));
  ::kill(left, SIGKILL);
}

TEST_F(ProcessTest, EndsAtOnceThoughAnotherHoldsItsOutput) {
  auto spec = shell("sleep 1000 & echo $!; echo last; exit 1");
  spec.killLeftovers = false;
  start(spec);
  EXPECT_TRUE(ends());
  EXPECT_EQ(lines_.back(), "last");
  ::kill(toldPid(), SIGKILL);
}

TEST_F(ProcessTest, IsDestroyedInItsOwnCallbackAndWhileItRuns) {
  std::unique_ptr<Process> process;
  process =
      testing::must(Process::start(loop_, shell("exit 0"), {[&process](const ExitCause&) { process.reset(); }, {}}));
  EXPECT_TRUE(runUntil([&process] { return !process; }));

  start(shell("echo $$; exec sleep 1000"));
  const auto pid = toldPid();
  process_.reset();
  EXPECT_TRUE(runUntil([pid] { return !runs(pid); }));
  EXPECT_FALSE(cause_);
}

TEST_F(ProcessTest, DiesWithTheProgramThatStartedIt) {
  // A program between us and the process, as the server would be.
  const pid_t server = ::fork();
  if (server == 0) {
    loop::Loop loop;
    auto process = Process::start(loop,
                                  shell("echo $$ > " + folder_.file("pid.new") + "; mv " + folder_.file("pid.new") +
                                        " " + folder_.file("pid") + "; exec sleep 1000"),
                                  {});
    loop.run();
    ::_exit(0);
  }
  EXPECT_TRUE(runUntil([this] { return !testing::readAll(folder_.file("pid")).empty(); }));
  const auto pid = static_cast<pid_t>(std::stol(testing::readAll(folder_.file("pid"))));
  EXPECT_TRUE(runs(pid));
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  EXPECT_TRUE(runUntil([pid] { return !runs(pid); }));
}

}  // namespace
}  // namespace bridge::process
