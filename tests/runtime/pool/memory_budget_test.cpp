#include "pool/memory_budget.h"

#include <unistd.h>

#include <algorithm>
#include <memory>

#include "runtime/loop/loop_fixture.h"

namespace bridge::pool {
namespace {

class MemoryBudgetTest : public testing::LoopTest {
 protected:
  bool measure(std::uint64_t limit) {
    rounds_ = 0;
    budget_->configure(limit, [this] { ++rounds_; });
    return runUntil([this] { return rounds_ > 0; });
  }
  void TearDown() override {
    budget_.reset();
    LoopTest::TearDown();
  }

  MemoryBudget::Processes processes_{.others = {::getpid()}, .workers = {}};
  std::unique_ptr<MemoryBudget> budget_ = std::make_unique<MemoryBudget>(loop_, [this] { return processes_; });
  int rounds_ = 0;
};

TEST_F(MemoryBudgetTest, WithoutALimitThereIsAlwaysRoom) {
  EXPECT_TRUE(budget_->take());
  EXPECT_EQ(budget_->used(), 0U);
  EXPECT_FALSE(budget_->exceeded());
}

TEST_F(MemoryBudgetTest, CountsWhatProcessesHold) {
  ASSERT_TRUE(measure(1ULL << 40U));
  EXPECT_GT(budget_->used(), 1U << 20U);
  EXPECT_LT(budget_->used(), 1ULL << 34U);
  EXPECT_FALSE(budget_->exceeded());
}

TEST_F(MemoryBudgetTest, ThoseThatHaveEndedHoldNothing) {
  processes_ = {.others = {}, .workers = {0x3FFFFFFF}};
  ASSERT_TRUE(measure(1U << 30U));
  EXPECT_EQ(budget_->used(), 0U);
}

TEST_F(MemoryBudgetTest, WhatIsTakenCountsUntilItIsMeasured) {
  processes_ = {};
  ASSERT_TRUE(measure(9U << 20U));
  EXPECT_TRUE(budget_->take());
  EXPECT_TRUE(budget_->take());
  EXPECT_FALSE(budget_->refused());
  EXPECT_FALSE(budget_->take()) << "4 MiB each, as long as no worker was measured";
  EXPECT_TRUE(budget_->refused());
  EXPECT_EQ(budget_->used(), 8U << 20U);
  rounds_ = 0;
  ASSERT_TRUE(runUntil([this] { return rounds_ > 0; }));
  EXPECT_EQ(budget_->used(), 0U);
  EXPECT_FALSE(budget_->refused());
}

TEST_F(MemoryBudgetTest, OneMoreIsThoughtToHoldWhatTheOthersDo) {
  processes_ = {.others = {}, .workers = {::getpid()}};
  ASSERT_TRUE(measure(1ULL << 40U));
  const auto one = budget_->used();
  ASSERT_TRUE(budget_->take());
  EXPECT_GE(budget_->used(), one + std::max<std::uint64_t>(one, 4U << 20U) - 1);
}

TEST_F(MemoryBudgetTest, TooMuchIsTooMuch) {
  ASSERT_TRUE(measure(1));
  EXPECT_TRUE(budget_->exceeded());
  EXPECT_FALSE(budget_->take());
}

}  // namespace
}  // namespace bridge::pool
