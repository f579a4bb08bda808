#include "process/programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "runtime/process/process_fixture.h"
#include "support/temp_dir.h"

namespace bridge::process {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProgramsTest : public bridge::testing::LoopTest {
 protected:
  void TearDown() override {
    programs_.reset();
    bridge::testing::LoopTest::TearDown();
  }
  static Program program(const std::string& name, const std::string& script, int count = 1) {
    Program one;
    one.spec = shell(script);
    one.spec.name = name;
    one.count = count;
    return one;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& row : programs_->inspect()) names.push_back(row.name);
    return names;
  }
  [[nodiscard]] inspect::Process row(const std::string& name) const {
    for (const auto& one : programs_->inspect()) {
      if (one.name == name) return one;
    }
    return {};
  }
  void stop(bool atOnce = false) {
    programs_->stop(atOnce, [this] { ++stopped_; });
  }

  bridge::testing::TempDir folder_;
  std::unique_ptr<Programs> programs_ = std::make_unique<Programs>(loop_);
  int stopped_ = 0;
};

TEST_F(ProgramsTest, RunAsManyAsAreWantedAndReplaceOneThatDies) {
  programs_->run({program("queue", "exec sleep 1000", 2), program("ws", "exec sleep 1000")});
  EXPECT_THAT(names(), ElementsAre("queue.1", "queue.2", "ws"));
  const auto before = metrics::all().processRestarts["queue.2"].value();
  const auto first = row("queue.2");
  EXPECT_EQ(first.state, "running");
  EXPECT_TRUE(runs(first.pid));

  ::kill(first.pid, SIGKILL);
  EXPECT_TRUE(runUntil([&] { return row("queue.2").pid != first.pid && row("queue.2").pid != 0; }));
  EXPECT_EQ(row("queue.2").restarts, 1U);
  EXPECT_EQ(row("queue.2").lastEnd, "signal 9 (SIGKILL)");
  EXPECT_EQ(metrics::all().processRestarts["queue.2"].value(), before + 1);
  EXPECT_EQ(row("queue.1").restarts, 0U);
}

TEST_F(ProgramsTest, ARestartLoopIsPausedAndSaysSo) {
  programs_->run({program("bad", "echo no port; exit 3")});
  EXPECT_TRUE(runUntil([&] { return row("bad").state == "pausing"; }));
  EXPECT_TRUE(runUntil([&] { return row("bad").state == "looping"; }));
  const auto bad = row("bad");
  EXPECT_EQ(bad.pid, 0);
  EXPECT_EQ(bad.restarts, 4U);
  EXPECT_GT(bad.next, Seconds(50));
  EXPECT_EQ(bad.lastEnd, "exit code 3, its last words: \"no port\"");

  programs_->run({program("bad", "exec sleep 1000")});
  EXPECT_TRUE(runUntil([&] { return row("bad").state == "running"; })) << "a reload is a new attempt";
}

TEST_F(ProgramsTest, AReloadReplacesAllGracefully) {
  const auto script = "trap 'echo asked > " + folder_.file("asked") + "; exit 0' TERM; echo up > " +
                      folder_.file("up") + "; while true; do sleep 0.01; done";
  programs_->run({program("a", script), program("gone", "exec sleep 1000")});
  EXPECT_TRUE(runUntil([&] { return folder_.entries() == 1; }));
  const auto before = row("a").pid;
  const auto gone = row("gone").pid;

  programs_->run({program("a", "exec sleep 1000"), program("new", "exec sleep 1000")});
  // Asked for again while the first is under way: one new process, not two.
  programs_->run({program("a", "exec sleep 1000"), program("new", "exec sleep 1000")});
  EXPECT_TRUE(runUntil([&] {
    return row("a").state == "running" && row("a").pid != before && row("new").state == "running" && !runs(gone);
  }));
  EXPECT_EQ(bridge::testing::readAll(folder_.file("asked")), "asked\n");
  EXPECT_TRUE(runUntil([&] { return names() == std::vector<std::string>{"a", "new"}; }));
  EXPECT_EQ(row("a").restarts, 0U) << "it was asked to";
  EXPECT_THAT(row("a").lastEnd, IsEmpty());
}

TEST_F(ProgramsTest, StopLetsEachFinishAndKillsWhatDoesNot) {
  auto stubborn = program("stubborn", "trap '' TERM; while true; do sleep 0.01; done");
  stubborn.spec.stopTimeout = Millis(50);
  const auto finishing =
      "trap 'sleep 0.1; echo done > " + folder_.file("done") + "; exit 0' TERM; while true; do sleep 0.01; done";
  auto patient = program("patient", finishing);
  patient.spec.stopTimeout = Seconds(9);
  programs_->run({stubborn, patient});
  EXPECT_EQ(programs_->patience(), Seconds(9));
  // The shells must have set their traps.
  runFor(Millis(100));
  const auto pid = row("stubborn").pid;
  stop();
  EXPECT_EQ(row("patient").state, "stopping");
  EXPECT_TRUE(runUntil([&] { return stopped_ == 1; }));
  EXPECT_FALSE(runs(pid));
  EXPECT_TRUE(folder_.entries() == 1) << "the patient one has finished";
  EXPECT_THAT(programs_->inspect(), IsEmpty());
  programs_->run({program("late", "exec sleep 1000")});
  EXPECT_THAT(programs_->inspect(), IsEmpty()) << "nothing starts after the end";
}

TEST_F(ProgramsTest, ASecondStopKills) {
  programs_->run({program("a", "trap '' TERM; while true; do sleep 0.01; done", 3)});
  runFor(Millis(50));
  stop();
  runFor(Millis(20));
  EXPECT_EQ(stopped_, 0);
  stop(true);
  EXPECT_TRUE(runUntil([&] { return stopped_ > 0; }, Seconds(5)));
  EXPECT_EQ(stopped_, 1) << "the later one counts";
}

TEST_F(ProgramsTest, StopDuringAReloadStartsNothingAnew) {
  programs_->run({program("a", "exec sleep 1000")});
  programs_->run({program("a", "echo again > " + folder_.file("again") + "; exec sleep 1000")});
  stop();
  EXPECT_TRUE(runUntil([&] { return stopped_ == 1; }));
  EXPECT_EQ(folder_.entries(), 0U);
}

TEST_F(ProgramsTest, NothingToStopIsStoppedAtOnce) {
  stop();
  EXPECT_EQ(stopped_, 0) << "never inside the call";
  EXPECT_TRUE(runUntil([&] { return stopped_ == 1; }));
}

TEST_F(ProgramsTest, OneThatHasDoneItsWorkIsShownAsEnded) {
  auto once = program("migrate", "exit 0");
  once.again = RestartPolicy::Again::onFailure;
  programs_->run({once});
  EXPECT_TRUE(runUntil([&] { return row("migrate").state == "ended"; }));
  EXPECT_EQ(row("migrate").restarts, 0U);
  EXPECT_THAT(row("migrate").lastEnd, HasSubstr("exit code 0"));
}

}  // namespace
}  // namespace bridge::process
