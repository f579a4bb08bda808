#include "upstreams/reload_watch.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>

#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

namespace fs = std::filesystem;

class ReloadWatchTest : public bridge::testing::LoopTest {
 protected:
  ReloadWatchTest() {
    fs::create_directories(dir_.file("one/app"));
    fs::create_directories(dir_.file("two/app"));
    fs::create_directory_symlink(dir_.file("one"), dir_.file("current"));
    watch_ = std::make_unique<ReloadWatch>(loop_, options(), [this](std::function<void()> done) {
      ++reloads_;
      done_ = std::move(done);
    });
  }
  void TearDown() override {
    watch_.reset();
    bridge::testing::LoopTest::TearDown();
  }
  [[nodiscard]] ReloadWatch::Options options() const {
    return {.root = dir_.file("current"), .patterns = {"app"}, .quiet = Millis(20), .longest = Millis(200)};
  }
  bool reloads(int times) {
    return runUntil([&] { return reloads_ == times; });
  }

  bridge::testing::TempDir dir_;
  int reloads_ = 0;
  std::function<void()> done_;
  std::unique_ptr<ReloadWatch> watch_;
};

TEST_F(ReloadWatchTest, ManyChangesAreOneReload) {
  for (int i = 0; i < 50; ++i) dir_.write("one/app/" + std::to_string(i), "x");
  EXPECT_TRUE(reloads(1));
  done_();
  runFor(Millis(60));
  EXPECT_EQ(reloads_, 1);
}

TEST_F(ReloadWatchTest, ChangesThatDoNotEndAreNoReasonToWaitForever) {
  loop::Timer writer(loop_);
  writer.repeat(Millis(5), [this] { dir_.write("one/app/x", "x"); });
  EXPECT_TRUE(reloads(1));
}

TEST_F(ReloadWatchTest, WhatChangesDuringAReloadMakesTheNextOneAfterIt) {
  dir_.write("one/app/a", "x");
  EXPECT_TRUE(reloads(1));
  dir_.write("one/app/b", "x");
  runFor(Millis(60));
  EXPECT_EQ(reloads_, 1) << "never two at the same time";
  done_();
  EXPECT_TRUE(reloads(2));
}

TEST_F(ReloadWatchTest, WithoutInotifyItLooksForItself) {
  watch_.reset();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 0;
  loop::Loop apart;
  ::setrlimit(RLIMIT_NOFILE, &none);
  auto options = this->options();
  options.look = Millis(10);
  watch_ = std::make_unique<ReloadWatch>(apart, options, [this](std::function<void()> done) {
    ++reloads_;
    done_ = std::move(done);
  });
  ::setrlimit(RLIMIT_NOFILE, &before);
  {
    loop::Timer writer(apart);
    // Again and again, for the first look may come late.
    writer.repeat(Millis(50), [this] { dir_.write("one/app/a", "x"); });
    EXPECT_TRUE(testing::runUntil(apart, [this] { return reloads_ == 1; }));
  }
  watch_.reset();
  EXPECT_TRUE(apart.close());
}

TEST_F(ReloadWatchTest, OtherFilesAreNoReason) {
  dir_.write("one/other", "x");
  dir_.write("one/app/.x.swp", "x");
  runFor(Millis(60));
  EXPECT_EQ(reloads_, 0);
}

TEST_F(ReloadWatchTest, AfterTheSwitchOfALinkItWatchesTheNewRelease) {
  fs::create_directory_symlink(dir_.file("two"), dir_.file("next"));
  fs::rename(dir_.file("next"), dir_.file("current"));
  watch_->update(options());
  dir_.write("one/app/old", "x");
  runFor(Millis(60));
  EXPECT_EQ(reloads_, 0);
  dir_.write("two/app/new", "x");
  EXPECT_TRUE(reloads(1));
}

TEST_F(ReloadWatchTest, MayBeGoneWhenTheReloadEnds) {
  dir_.write("one/app/a", "x");
  EXPECT_TRUE(reloads(1));
  watch_.reset();
  done_();
}

}  // namespace
}  // namespace bridge::upstreams
