#include "process/supervisor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/process/process_fixture.h"

namespace bridge::process {
namespace {

class SupervisorTest : public testing::LoopTest {
 protected:
  void TearDown() override {
    supervisor_.reset();
    testing::LoopTest::TearDown();
  }

  void supervise(std::function<Result<Supervisor::Launch>(std::uint64_t)> prepare,
                 RestartPolicy::Again again = RestartPolicy::Again::always, int loopAfter = 0) {
    Supervisor::Options options;
    options.restart = {.firstPause = Millis(5),
                       .longestPause = Millis(20),
                       .healthyAfter = Seconds(10),
                       .loopAfter = loopAfter,
                       .loopPause = Millis(50),
                       .again = again};
    options.readyAtStart = false;
    supervisor_ = std::make_unique<Supervisor>(loop_, "test",
                                               Supervisor::Events{std::move(prepare), [this](Process&) { ++started_; },
                                                                  [this](const ExitCause& cause, Duration pause) {
                                                                    causes_.push_back(cause.text());
                                                                    pauses_.push_back(pause);
                                                                    if (onExited_) {
                                                                      onExited_();
                                                                    }
                                                                  },
                                                                  [](std::string_view) {}},
                                               options);
    supervisor_->start();
  }
  void superviseShell(const std::string& script) {
    supervise([script](std::uint64_t) { return Supervisor::Launch{shell(script), {}}; });
  }

  std::unique_ptr<Supervisor> supervisor_;
  int started_ = 0;
  std::vector<std::string> causes_;
  std::vector<Duration> pauses_;
  std::function<void()> onExited_;
};

TEST_F(SupervisorTest, StartsAgainWithGrowingPauses) {
  superviseShell("exit 7");
  EXPECT_TRUE(runUntil([this] { return causes_.size() == 4; }));
  EXPECT_EQ(causes_.back(), "exit code 7");
  EXPECT_EQ(pauses_, (std::vector<Duration>{Millis(5), Millis(10), Millis(20), Millis(20)}));
  EXPECT_EQ(supervisor_->state(), Supervisor::State::Pausing);
  EXPECT_EQ(supervisor_->process(), nullptr);
  EXPECT_EQ(supervisor_->failures(), 4);
}

TEST_F(SupervisorTest, SaysThatItIsALoopAndTriesOnSeldom) {
  supervise([](std::uint64_t) { return Supervisor::Launch{shell("exit 7"), {}}; }, RestartPolicy::Again::always, 3);
  EXPECT_TRUE(runUntil([this] { return causes_.size() == 2; }));
  EXPECT_FALSE(supervisor_->loops());
  EXPECT_TRUE(runUntil([this] { return causes_.size() == 4; }));
  EXPECT_TRUE(supervisor_->loops());
  EXPECT_EQ(pauses_, (std::vector<Duration>{Millis(5), Millis(10), Millis(50), Millis(50)}));
  supervisor_->startNow();
  EXPECT_FALSE(supervisor_->loops()) << "the operator has changed something";
}

TEST_F(SupervisorTest, LeavesAProcessThatHasDoneItsWork) {
  supervise(
      [](std::uint64_t start) {
        return Supervisor::Launch{shell(start == 1 ? "exit 1" : "exit 0"), {}};
      },
      RestartPolicy::Again::onFailure);
  EXPECT_TRUE(runUntil([this] { return supervisor_->state() == Supervisor::State::Off; }));
  EXPECT_EQ(causes_, (std::vector<std::string>{"exit code 1", "exit code 0"}));
  EXPECT_EQ(pauses_, (std::vector<Duration>{Millis(5), Duration::zero()}));
}

TEST_F(SupervisorTest, LeavesAProcessThatIsToRunOnce) {
  supervise([](std::uint64_t) { return Supervisor::Launch{shell("exit 1"), {}}; }, RestartPolicy::Again::never);
  EXPECT_TRUE(runUntil([this] { return supervisor_->state() == Supervisor::State::Off; }));
  EXPECT_EQ(started_, 1);
  bool told = false;
  supervisor_->stop([&] { told = true; });
  EXPECT_TRUE(runUntil([&] { return told; }));
}

TEST_F(SupervisorTest, ReplacesAKilledProcess) {
  superviseShell("exec sleep 1000");
  const auto first = supervisor_->process()->pid();
  supervisor_->markReady();
  EXPECT_EQ(supervisor_->process()->state(), Process::State::Running);
  ::kill(first, SIGKILL);
  EXPECT_TRUE(runUntil([this] { return started_ == 2; }));
  EXPECT_NE(supervisor_->process()->pid(), first);
  EXPECT_EQ(causes_.at(0), "signal 9 (SIGKILL)");
  EXPECT_EQ(supervisor_->generation(), 2U);
}

TEST_F(SupervisorTest, BuildsEachStartAfreshAndClosesTheChildsEnds) {
  std::vector<std::unique_ptr<loop::Stream>> ours;
  std::vector<int> theirs;
  testing::Inbox inbox;
  supervise([&](std::uint64_t generation) {
    auto ends = testing::must(loop::socketPair());
    ours.push_back(testing::must(loop::Stream::adopt(loop_, ends.first)));
    ours.back()->startReading(inbox.events());
    theirs.push_back(ends.second);
    Supervisor::Launch launch{shell("echo $GENERATION >&$CONTROL_FD; sleep 0.01"), {}};
    launch.spec.environment.push_back("GENERATION=" + std::to_string(generation));
    launch.spec.environment.push_back("CONTROL_FD=6");
    launch.spec.passedDescriptors = {{ends.second, 6}};
    launch.childEnds.emplace_back(ends.second);
    return launch;
  });
  EXPECT_LT(::fcntl(theirs.front(), F_GETFD), 0);
  EXPECT_TRUE(runUntil([&inbox] { return inbox.text.starts_with("1\n2\n") && inbox.ended; }));
}

TEST_F(SupervisorTest, PausesWhereNothingCanBePreparedOrStarted) {
  supervise([](std::uint64_t generation) -> Result<Supervisor::Launch> {
    if (generation == 1) {
      return Error{ErrorCode::Io, "not today"};
    }
    auto spec = shell("");
    spec.file = "no-such-program";
    return Supervisor::Launch{spec, {}};
  });
  EXPECT_EQ(causes_.at(0), "not today");
  EXPECT_TRUE(runUntil([this] { return causes_.size() == 2; }));
  EXPECT_EQ(causes_.at(1), "start no-such-program: No such file or directory");
  EXPECT_EQ(started_, 0);
}

TEST_F(SupervisorTest, StopsARunningProcessAndStartsNoOther) {
  superviseShell("trap 'exit 0' TERM; while :; do sleep 0.01; done");
  int stopped = 0;
  EXPECT_TRUE(runUntil([this] { return supervisor_->process() != nullptr; }));
  supervisor_->stop([&stopped] { ++stopped; });
  supervisor_->stop([&stopped] { ++stopped; });
  EXPECT_EQ(stopped, 0);
  EXPECT_TRUE(runUntil([&stopped] { return stopped == 2; }));
  EXPECT_EQ(supervisor_->state(), Supervisor::State::Off);
  runFor(Millis(30));
  EXPECT_EQ(started_, 1);
  supervisor_->stop([&stopped] { ++stopped; });
  EXPECT_TRUE(runUntil([&stopped] { return stopped == 3; }));
}

TEST_F(SupervisorTest, StopsWhileItPauses) {
  superviseShell("exit 1");
  bool stopped = false;
  EXPECT_TRUE(runUntil([this] { return supervisor_->state() == Supervisor::State::Pausing; }));
  supervisor_->stop([&stopped] { stopped = true; });
  const auto starts = started_;
  EXPECT_TRUE(runUntil([&stopped] { return stopped; }));
  runFor(Millis(30));
  EXPECT_EQ(started_, starts);
  supervisor_->start();
  EXPECT_EQ(started_, starts + 1);
}

TEST_F(SupervisorTest, KillsWhatDoesNotStop) {
  superviseShell("trap '' TERM; while :; do sleep 0.01; done");
  bool stopped = false;
  supervisor_->stop([&stopped] { stopped = true; });
  supervisor_->kill();
  EXPECT_TRUE(runUntil([&stopped] { return stopped; }));
}

TEST_F(SupervisorTest, StartsNowWhenItIsTold) {
  Supervisor::Options options;
  options.restart.firstPause = Seconds(1000);
  options.restart.longestPause = Seconds(1000);
  supervisor_ = std::make_unique<Supervisor>(
      loop_, "test",
      Supervisor::Events{[](std::uint64_t generation) {
                           return Supervisor::Launch{shell(generation == 1 ? "exit 1" : "exec sleep 1000"), {}};
                         },
                         {},
                         {},
                         {}},
      options);
  supervisor_->start();
  EXPECT_TRUE(runUntil([this] { return supervisor_->state() == Supervisor::State::Pausing; }));
  supervisor_->startNow();
  EXPECT_EQ(supervisor_->stateName(), "Up");
  EXPECT_EQ(supervisor_->failures(), 0);
}

TEST_F(SupervisorTest, IsStoppedOrDestroyedInItsOwnCallback) {
  bool stopped = false;
  onExited_ = [&] { supervisor_->stop([&stopped] { stopped = true; }); };
  superviseShell("exit 1");
  EXPECT_TRUE(runUntil([&stopped] { return stopped; }));
  onExited_ = [this] { supervisor_.reset(); };
  superviseShell("exit 1");
  EXPECT_TRUE(runUntil([this] { return !supervisor_; }));
}

}  // namespace
}  // namespace bridge::process
