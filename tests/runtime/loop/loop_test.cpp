#include "loop/loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "loop/signal.h"
#include "loop/timer.h"
#include "runtime/loop/loop_fixture.h"

namespace bridge::loop {
namespace {

class LoopTest : public testing::LoopTest {};

TEST_F(LoopTest, RunsDeferredWorkAfterTheCallbacksOfTheTurn) {
  std::string order;
  Timer first(loop_);
  Timer second(loop_);
  first.start(Millis(1), [this, &order] {
    order += "a";
    loop_.defer([this, &order] {
      order += "c";
      loop_.defer([&order] { order += "d"; });
    });
  });
  second.start(Millis(1), [&order] { order += "b"; });
  EXPECT_TRUE(runUntil([&order] { return order.size() == 4; }));
  EXPECT_EQ(order, "abcd");
}

TEST_F(LoopTest, RunsDeferredWorkWithoutAnyHandle) {
  bool ran = false;
  loop_.defer([&ran] { ran = true; });
  loop_.run();
  EXPECT_TRUE(ran);
}

TEST_F(LoopTest, SleepsWhenTheDeferredWorkIsDone) {
  loop_.defer([] {});
  int turns = 0;
  Timer timer(loop_);
  timer.repeat(Millis(20), [this, &turns] {
    if (++turns == 5) {
      loop_.stop();
    }
  });
  const auto before = std::clock();
  loop_.run();
  EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, 0.05);
}

TEST_F(LoopTest, IsNotClosedWhileAHandleIsOpen) {
  std::optional<Timer> timer;
  timer.emplace(loop_);
  EXPECT_FALSE(loop_.close());
  timer.reset();
  EXPECT_TRUE(loop_.close());
  EXPECT_TRUE(loop_.close());
}

TEST_F(LoopTest, DropsDeferredWorkWhenItCloses) {
  const auto timer = std::make_shared<Timer>(loop_);
  bool ran = false;
  loop_.defer([&ran, kept = timer] { ran = true; });
  EXPECT_FALSE(loop_.close());
  EXPECT_FALSE(ran);
}

TEST_F(LoopTest, TellsTheTime) {
  EXPECT_NEAR(toMillis(loop_.now() - Clock::now()), 0, 20);
  EXPECT_GE(loop_.preciseNow(), loop_.now());
  EXPECT_GT(loop_.wallClock(), 1.7e9);
}

TEST_F(LoopTest, CountsTimersFromTheCurrentTimeWhileItDoesNotRun) {
  Timer timer(loop_);
  std::this_thread::sleep_for(Millis(30));
  const auto begin = Clock::now();
  timer.start(Millis(25), [this] { loop_.stop(); });
  loop_.run();
  EXPECT_GE(toMillis(Clock::now() - begin), 24);
}

TEST_F(LoopTest, TimerRestartsWithTheSameCallback) {
  int calls = 0;
  Timer timer(loop_);
  timer.start(Millis(1), [&] {
    if (++calls < 3) {
      timer.restart(Millis(1));
    }
  });
  loop_.run();
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(timer.active());
}

TEST_F(LoopTest, TimerIsReplacedAndStoppedInItsOwnCallback) {
  std::string order;
  Timer timer(loop_);
  const std::string longText(100, 'x');  // Captured by value: it must live as long as its callback runs.
  timer.start(Millis(1), [&, longText] {
    timer.repeat(Millis(1), [&] {
      order += "b";
      if (order.size() == 3) {
        timer.stop();
      }
    });
    order += longText[50] == 'x' ? "a" : "?";
  });
  loop_.run();
  EXPECT_EQ(order, "abb");
}

TEST_F(LoopTest, TimerIsDestroyedInItsOwnCallback) {
  auto timer = std::make_unique<Timer>(loop_);
  const std::string text(100, 'x');
  bool intact = false;
  timer->repeat(Millis(1), [&, text] {
    timer.reset();
    intact = text.back() == 'x';
  });
  loop_.run();
  EXPECT_TRUE(intact);
}

TEST_F(LoopTest, SignalIsToldOnTheLoopAndDoesNotKeepItRunning) {
  int calls = 0;
  {
    Signal signal(loop_, SIGUSR2, [&calls] { ++calls; });
    loop_.run();
    ::raise(SIGUSR2);
    EXPECT_TRUE(runUntil([&calls] { return calls == 1; }));
  }
  std::signal(SIGUSR2, SIG_IGN);
}

TEST_F(LoopTest, SignalIsDestroyedInItsOwnCallback) {
  std::unique_ptr<Signal> signal;
  signal = std::make_unique<Signal>(loop_, SIGUSR2, [&signal] { signal.reset(); });
  ::raise(SIGUSR2);
  EXPECT_TRUE(runUntil([&signal] { return !signal; }));
}

}  // namespace
}  // namespace bridge::loop
