#include "loop/fs_watch.h"

#include <gtest/gtest.h>

#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

class FsWatchTest : public testing::LoopTest {};

TEST_F(FsWatchTest, NamesWhatChangedInAFolder) {
  const testing::TempDir folder;
  std::string changed;
  const auto watch = FsWatch::open(loop_, folder.path(), [&changed](const std::string& name) { changed = name; });
  ASSERT_TRUE(watch.ok());
  folder.write("new", "x");
  EXPECT_TRUE(runUntil([&changed] { return changed == "new"; }));
}

TEST_F(FsWatchTest, IsDestroyedInItsOwnCallback) {
  const testing::TempDir folder;
  std::unique_ptr<FsWatch> watch;
  watch = testing::must(FsWatch::open(loop_, folder.path(), [&watch](const std::string&) { watch.reset(); }));
  folder.write("a", "x");
  folder.write("b", "x");
  EXPECT_TRUE(runUntil([&watch] { return !watch; }));
}

TEST_F(FsWatchTest, FailsWhereThereIsNothing) {
  EXPECT_FALSE(FsWatch::open(loop_, "/no/such/folder", [](const std::string&) {}).ok());
}

}  // namespace
}  // namespace bridge::loop
