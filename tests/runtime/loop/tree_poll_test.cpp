#include "loop/tree_poll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class TreePollTest : public testing::LoopTest {
 protected:
  TreePollTest() {
    fs::create_directories(dir_.file("one/app/Models"));
    fs::create_directories(dir_.file("one/vendor"));
    fs::create_directories(dir_.file("two"));
    dir_.write("one/app/a.php", "1");
    fs::create_directory_symlink(dir_.file("one"), dir_.file("current"));
    poll_ = std::make_unique<TreePoll>(
        loop_, dir_.file("current"), Millis(5),
        TreePoll::Events{.enter = [](const std::string& folder) { return folder != "vendor"; },
                         .onChange = [this](const std::string& path) { changes_.push_back(path); }});
    // More than one look: the first one is the measure of all others.
    runFor(Millis(60));
  }
  void TearDown() override {
    poll_.reset();
    testing::LoopTest::TearDown();
  }
  bool changed(const std::string& path) {
    return runUntil([&] { return std::find(changes_.begin(), changes_.end(), path) != changes_.end(); });
  }

  bridge::testing::TempDir dir_;
  std::vector<std::string> changes_;
  std::unique_ptr<TreePoll> poll_;
};

TEST_F(TreePollTest, TellsNothingOfWhatWasThere) { EXPECT_TRUE(changes_.empty()); }

TEST_F(TreePollTest, TellsWhatIsWrittenMadeAndRemoved) {
  dir_.write("one/app/a.php", "22");
  EXPECT_TRUE(changed("app/a.php"));
  dir_.write("one/app/Models/b.php", "");
  EXPECT_TRUE(changed("app/Models/b.php"));
  fs::create_directories(dir_.file("one/routes"));
  dir_.write("one/routes/web.php", "x");
  EXPECT_TRUE(changed("routes/web.php"));
  changes_.clear();
  fs::remove(dir_.file("one/app/a.php"));
  EXPECT_TRUE(changed("app/a.php"));
  EXPECT_THAT(changes_, ElementsAre("app/a.php")) << "once";
}

TEST_F(TreePollTest, SeesAFileThatIsReplacedByOneOfTheSameSizeAndTime) {
  dir_.write("one/app/next", "2");
  fs::last_write_time(dir_.file("one/app/next"), fs::last_write_time(dir_.file("one/app/a.php")));
  fs::rename(dir_.file("one/app/next"), dir_.file("one/app/a.php"));
  EXPECT_TRUE(changed("app/a.php"));
}

TEST_F(TreePollTest, DoesNotLookWhereItIsNotAskedTo) {
  dir_.write("one/vendor/x.php", "x");
  dir_.write("one/app/c.php", "x");
  EXPECT_TRUE(changed("app/c.php"));
  EXPECT_THAT(changes_, Not(Contains("vendor/x.php")));
}

TEST_F(TreePollTest, KnowsWhenTheRootLeadsElsewhere) {
  EXPECT_TRUE(poll_->current());
  fs::remove(dir_.file("current"));
  fs::create_directory_symlink(dir_.file("two"), dir_.file("current"));
  EXPECT_FALSE(poll_->current());
  dir_.write("one/app/c.php", "x");
  EXPECT_TRUE(changed("app/c.php")) << "until it is made anew it looks where it did";
}

TEST_F(TreePollTest, IsDestroyedInItsOwnCallbackAndDuringALook) {
  std::unique_ptr<TreePoll> own;
  own = std::make_unique<TreePoll>(loop_, dir_.file("one"), Millis(5),
                                   TreePoll::Events{.enter = [](const std::string&) { return true; },
                                                    .onChange = [&](const std::string&) { own.reset(); }});
  runFor(Millis(60));
  dir_.write("one/app/x", "x");
  dir_.write("one/app/y", "y");
  EXPECT_TRUE(runUntil([&] { return own == nullptr; }));
  own = std::make_unique<TreePoll>(loop_, dir_.file("one"), Millis(5),
                                   TreePoll::Events{.enter = [](const std::string&) { return true; }, .onChange = {}});
  own.reset();
}

}  // namespace
}  // namespace bridge::loop
