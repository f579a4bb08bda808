#include "upstreams/exec_slots.h"

#include <gmock/gmock.h>

#include "runtime/loop/loop_fixture.h"

namespace bridge::upstreams {
namespace {

using ::testing::ElementsAre;

class ExecSlotsTest : public testing::LoopTest {
 protected:
  /// Asks for a slot; who gets one is written down, and keeps it.
  void ask(const std::string& name) {
    tickets_.push_back(slots_.take(name, [this, name](Result<ExecSlot> slot) {
      told_.push_back(slot.ok() ? name : name + ": " + std::string(slot.error().info().name));
      if (slot.ok()) {
        held_.push_back(std::move(*slot));
      }
    }));
  }
  void settle() { runFor(Millis(1)); }

  ExecSlots slots_{loop_, 2, {.limit = 2, .timeout = Seconds(60)}};
  std::vector<pool::Ticket> tickets_;
  std::vector<ExecSlot> held_;
  std::vector<std::string> told_;

  void TearDown() override {
    held_.clear();
    settle();
  }
};

TEST_F(ExecSlotsTest, GivesAsManyAsThereAreAndTheNextInTheOrderOfAsking) {
  ask("a");
  ask("b");
  ask("c");
  ask("d");
  EXPECT_TRUE(told_.empty()) << "not inside the call";
  settle();
  EXPECT_THAT(told_, ElementsAre("a", "b"));
  EXPECT_EQ(slots_.taken(), 2U);
  EXPECT_EQ(slots_.queue().waiting(), 2U);
  held_.erase(held_.begin());
  settle();
  EXPECT_THAT(told_, ElementsAre("a", "b", "c"));
  held_.clear();
  settle();
  EXPECT_THAT(told_, ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(slots_.taken(), 1U);
}

TEST_F(ExecSlotsTest, RefusesWhoeverComesWhenTheQueueIsFull) {
  for (const auto* name : {"a", "b", "c", "d", "e"}) {
    ask(name);
  }
  settle();
  EXPECT_THAT(told_, ::testing::UnorderedElementsAre("a", "b", "e: QueueFull"));
}

TEST_F(ExecSlotsTest, PassesOverWhoeverHasLeft) {
  ask("a");
  ask("b");
  ask("c");
  ask("d");
  settle();
  tickets_[2] = pool::Ticket();
  held_.erase(held_.begin());
  settle();
  EXPECT_THAT(told_, ElementsAre("a", "b", "d"));
}

TEST_F(ExecSlotsTest, TakesAHigherLimitAtOnce) {
  ask("a");
  ask("b");
  ask("c");
  settle();
  slots_.configure(3, {.limit = 2, .timeout = Seconds(60)});
  settle();
  EXPECT_THAT(told_, ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace bridge::upstreams
