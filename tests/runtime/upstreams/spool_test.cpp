#include "upstreams/spool.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "loop/loop.h"
#include "support/temp_dir.h"
#include "upstreams/spool_file.h"

namespace bridge::upstreams {
namespace {

unsigned modeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 07777U;
}

TEST(SpoolTest, MakesAPrivateFolderAndRemovesIt) {
  const testing::TempDir dir;
  {
    auto spool = Spool::open(dir.path(), 100);
    ASSERT_TRUE(spool.ok());
    EXPECT_EQ(modeOf((*spool)->folder()), 0700U);
    EXPECT_TRUE((*spool)->folder().starts_with(dir.file("laravel-bridge-spool.")));
  }
  EXPECT_EQ(dir.entries(), 0U);
}

TEST(SpoolTest, MakesTheDirectoryWhereItIsMissing) {
  const testing::TempDir dir;
  EXPECT_TRUE(Spool::open(dir.file("a/b"), 100).ok());
}

TEST(SpoolTest, RefusesADirectoryThatIsAFile) {
  const testing::TempDir dir;
  const auto spool = Spool::open(dir.write("file", ""), 100);
  ASSERT_FALSE(spool.ok());
  EXPECT_EQ(spool.error().code, ErrorCode::InvalidSettings);
}

TEST(SpoolTest, RemovesWhatAKilledServerLeft) {
  const testing::TempDir dir;
  const pid_t child = ::fork();
  if (child == 0) {
    auto spool = Spool::open(dir.path(), 100);
    std::ofstream((*spool)->nextPath()) << "left";
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(dir.entries(), 1U);
  auto spool = Spool::open(dir.path(), 100);
  ASSERT_TRUE(spool.ok());
  EXPECT_EQ(dir.entries(), 1U);
}

TEST(SpoolTest, LeavesTheFoldersOfOthersAlone) {
  const testing::TempDir dir;
  auto living = Spool::open(dir.path(), 100);
  std::filesystem::create_directory(dir.file("laravel-bridge-spool.newest"));
  std::filesystem::create_directory(dir.file("something else"));
  std::filesystem::create_directory_symlink(dir.file("something else"), dir.file("laravel-bridge-spool.link"));
  { auto second = Spool::open(dir.path(), 100); }
  EXPECT_EQ(dir.entries(), 4U);
}

TEST(SpoolTest, CountsAllFilesTogether) {
  const testing::TempDir dir;
  auto spool = Spool::open(dir.path(), 100);
  EXPECT_TRUE((*spool)->reserve(60).ok());
  const auto tooMuch = (*spool)->reserve(41);
  ASSERT_FALSE(tooMuch.ok());
  EXPECT_EQ(tooMuch.error().code, ErrorCode::SpoolFull);
  EXPECT_EQ((*spool)->reserve(~0ULL).ok(), false);
  (*spool)->release(60);
  EXPECT_TRUE((*spool)->reserve(100).ok());
}

TEST(SpoolFileTest, WritesAndIsRemovedWithItsOwner) {
  const testing::TempDir dir;
  loop::Loop loop;
  auto spool = Spool::open(dir.path(), 100);
  {
    auto file = SpoolFile::create(loop, **spool, 4);
    ASSERT_TRUE(file.ok());
    const std::string path = (*file)->path();
    EXPECT_TRUE((*file)->write(Bytes::copyOf("hello ")).ok());
    EXPECT_TRUE((*file)->write(Bytes::copyOf("world")).ok());
    bool closed = false;
    (*file)->close([&closed](const Result<void>& result) { closed = result.ok(); });
    loop.run();
    EXPECT_TRUE(closed);
    EXPECT_EQ(testing::readAll(path), "hello world");
    EXPECT_EQ(modeOf(path), 0600U);
    EXPECT_EQ((*file)->size(), 11U);
    EXPECT_EQ((*spool)->reserved(), 11U);
  }
  loop.run();
  EXPECT_EQ((*spool)->reserved(), 0U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator((*spool)->folder()), {}), 1);
  EXPECT_TRUE(loop.close());
}

TEST(SpoolFileTest, RefusesWhatDoesNotFit) {
  const testing::TempDir dir;
  loop::Loop loop;
  auto spool = Spool::open(dir.path(), 10);
  EXPECT_EQ(SpoolFile::create(loop, **spool, 11).error().code, ErrorCode::SpoolFull);
  {
    auto file = SpoolFile::create(loop, **spool, 0);
    EXPECT_TRUE((*file)->write(Bytes::copyOf("0123456789")).ok());
    EXPECT_EQ((*file)->write(Bytes::copyOf("0")).error().code, ErrorCode::SpoolFull);
  }
  EXPECT_TRUE(loop.close());
}

TEST(SpoolFileTest, MayBeGivenUpInTheMiddle) {
  const testing::TempDir dir;
  loop::Loop loop;
  auto spool = Spool::open(dir.path(), 1U << 20U);
  {
    auto file = SpoolFile::create(loop, **spool, 0);
    EXPECT_TRUE((*file)->write(Bytes(std::string(100000, 'x')), [](const Result<void>&) { FAIL(); }).ok());
  }
  loop.run();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator((*spool)->folder()), {}), 1);
  EXPECT_TRUE(loop.close());
}

}  // namespace
}  // namespace bridge::upstreams
