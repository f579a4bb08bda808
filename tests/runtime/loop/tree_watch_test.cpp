#include "loop/tree_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

namespace fs = std::filesystem;

class TreeWatchTest : public testing::LoopTest {
 protected:
  TreeWatchTest() {
    fs::create_directories(dir_.file("app/Models"));
    fs::create_directories(dir_.file("left/out"));
  }
  void TearDown() override {
    watch_.reset();
    testing::LoopTest::TearDown();
  }
  void open(const std::string& root) {
    watch_ = std::make_unique<TreeWatch>(
        loop_, root,
        TreeWatch::Events{.enter = [](const std::string& folder) { return !folder.starts_with("left"); },
                          .onChange =
                              [this](const std::string& path) {
                                changed_.insert(path);
                                if (destroyAt_ == path) watch_.reset();
                              },
                          .onError = [this](const Error& error) { errors_.push_back(error.detail); }});
  }
  bool sees(const std::string& path) {
    return runUntil([&] { return changed_.contains(path); });
  }

  testing::TempDir dir_;
  std::unique_ptr<TreeWatch> watch_;
  std::set<std::string> changed_;
  std::vector<std::string> errors_;
  std::string destroyAt_;
};

TEST_F(TreeWatchTest, SeesFilesAtEveryDepthComeChangeAndGo) {
  open(dir_.path());
  EXPECT_EQ(watch_->folders(), 3U);
  dir_.write("root", "1");
  EXPECT_TRUE(sees("root"));
  dir_.write("app/Models/User", "1");
  EXPECT_TRUE(sees("app/Models/User"));
  changed_.clear();
  dir_.write("app/Models/User", "2");
  EXPECT_TRUE(sees("app/Models/User"));
  changed_.clear();
  fs::rename(dir_.file("app/Models/User"), dir_.file("app/User"));
  EXPECT_TRUE(sees("app/Models/User"));
  EXPECT_TRUE(sees("app/User"));
  changed_.clear();
  fs::remove(dir_.file("app/User"));
  EXPECT_TRUE(sees("app/User"));
}

TEST_F(TreeWatchTest, FollowsNewFoldersWithWhatIsInThemAlready) {
  open(dir_.path());
  fs::create_directories(dir_.file("app/Http/Controllers"));
  dir_.write("app/Http/Controllers/Early", "1");
  EXPECT_TRUE(sees("app/Http/Controllers/Early"));
  dir_.write("app/Http/Controllers/Late", "1");
  EXPECT_TRUE(sees("app/Http/Controllers/Late"));
  EXPECT_EQ(watch_->folders(), 5U);
}

TEST_F(TreeWatchTest, LetsGoOfFoldersThatAreGoneAndTakesTheirSuccessors) {
  open(dir_.path());
  dir_.write("app/Models/User", "1");
  EXPECT_TRUE(sees("app/Models/User"));
  // Away with all that is in it: its files tell nothing.
  fs::rename(dir_.file("app/Models"), dir_.file("left/Models"));
  EXPECT_TRUE(sees("app/Models"));
  EXPECT_EQ(watch_->folders(), 2U);
  changed_.clear();
  // Replaced at once, as by a checkout of another branch.
  fs::create_directories(dir_.file("app/Models"));
  fs::remove(dir_.file("app/Models"));
  fs::create_directories(dir_.file("app/Models"));
  dir_.write("app/Models/Post", "1");
  EXPECT_TRUE(sees("app/Models/Post"));
  changed_.clear();
  dir_.write("app/Models/Post", "2");
  EXPECT_TRUE(sees("app/Models/Post"));
  EXPECT_EQ(watch_->folders(), 3U);
}

TEST_F(TreeWatchTest, LooksNotWhereItIsToldNotTo) {
  fs::create_directory_symlink(dir_.file("left"), dir_.file("app/link"));
  open(dir_.path());
  EXPECT_EQ(watch_->folders(), 3U);
  dir_.write("left/out/x", "1");
  dir_.write("app/after", "1");
  EXPECT_TRUE(sees("app/after"));
  EXPECT_EQ(changed_, std::set<std::string>{"app/after"});
}

TEST_F(TreeWatchTest, TakesPermissionsOfAFolderForNoChange) {
  open(dir_.path());
  fs::permissions(dir_.file("app/Models"), fs::perms::owner_all);
  dir_.write("app/after", "1");
  EXPECT_TRUE(sees("app/after"));
  EXPECT_EQ(changed_, std::set<std::string>{"app/after"});
}

TEST_F(TreeWatchTest, FollowsALinkAtTheRootAndKnowsWhenItWasSwitched) {
  fs::create_directory_symlink(dir_.file("app"), dir_.file("current"));
  open(dir_.file("current"));
  EXPECT_TRUE(watch_->current());
  dir_.write("app/Models/x", "1");
  EXPECT_TRUE(sees("Models/x"));
  fs::create_directory_symlink(dir_.file("left"), dir_.file("next"));
  fs::rename(dir_.file("next"), dir_.file("current"));
  EXPECT_FALSE(watch_->current());
}

TEST_F(TreeWatchTest, MayBeDestroyedByWhoIsTold) {
  open(dir_.path());
  destroyAt_ = "app/new/a";
  fs::create_directories(dir_.file("app/new"));
  for (const auto* name : {"app/new/a", "app/new/b", "app/new/c"}) dir_.write(name, "1");
  EXPECT_TRUE(runUntil([this] { return watch_ == nullptr; }));
}

TEST_F(TreeWatchTest, WatchesNothingWhereThereIsNoRoot) {
  open(dir_.file("nowhere"));
  EXPECT_EQ(watch_->folders(), 0U);
  EXPECT_FALSE(watch_->current());
}

}  // namespace
}  // namespace bridge::loop
