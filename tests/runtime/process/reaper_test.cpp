#include "process/reaper.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <vector>

#include "process/process.h"
#include "runtime/process/process_fixture.h"

namespace bridge::process {
namespace {

class ReaperTest : public testing::LoopTest {
 protected:
  void TearDown() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    testing::LoopTest::TearDown();
  }
};

TEST_F(ReaperTest, ReapsOrphansAndLeavesTheLoopsChildrenAlone) {
  std::vector<std::pair<pid_t, loop::ExitStatus>> reaped;
  const Reaper reaper(loop_, [&reaped](pid_t pid, loop::ExitStatus status) { reaped.emplace_back(pid, status); });
  std::optional<ExitCause> cause;
  std::vector<std::string> lines;
  auto spec = shell("(sh -c 'exec sleep 1000' & echo $!); echo $$; exec sleep 1000");
  spec.killLeftovers = false;
  auto process = testing::must(Process::start(loop_, spec,
                                              {[&cause](const ExitCause& ended) { cause = ended; },
                                               [&lines](std::string_view line) { lines.emplace_back(line); }}));
  ASSERT_TRUE(runUntil([&lines] { return lines.size() == 2; }));
  const auto orphan = static_cast<pid_t>(std::stol(lines[0]));
  EXPECT_EQ(reaper.adopted(), (std::vector<pid_t>{orphan}));

  process->stop(SIGTERM, Seconds(10));
  EXPECT_TRUE(runUntil([&cause] { return cause.has_value(); }));
  EXPECT_EQ(cause->text(), "signal 15 (SIGTERM)");
  EXPECT_TRUE(reaped.empty());
  ::kill(orphan, SIGKILL);
  EXPECT_TRUE(runUntil([&reaped] { return reaped.size() == 1; }));
  EXPECT_EQ(reaped[0].first, orphan);
  EXPECT_EQ(reaped[0].second.signal, SIGKILL);
  EXPECT_TRUE(reaper.adopted().empty());
}

TEST_F(ReaperTest, ReapsManyOrphansThatEndTogether) {
  std::size_t reaped = 0;
  const Reaper reaper(loop_, [&reaped](pid_t, loop::ExitStatus status) {
    EXPECT_EQ(status.code, 5);
    ++reaped;
  });
  bool ended = false;
  auto spec = shell("for i in $(seq 1 50); do (sh -c 'exit 5' &); done");
  spec.killLeftovers = false;
  const auto process = testing::must(Process::start(loop_, spec, {[&ended](const ExitCause&) { ended = true; }, {}}));
  EXPECT_TRUE(runUntil([&] { return ended && reaped == 50; }));
}

}  // namespace
}  // namespace bridge::process
