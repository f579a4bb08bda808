#include "base/log_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temp_dir.h"

namespace bridge::log {
namespace {

namespace fs = std::filesystem;
using testing::readAll;
using testing::TempDir;

TEST(LogFile, MakesItsFolderAndAppends) {
  const TempDir dir;
  const auto path = dir.file("a/b/server.log");
  {
    LogFile file(path, 0, 5);
    ASSERT_TRUE(file.open());
    file.write("one\n");
  }
  LogFile file(path, 0, 5);
  ASSERT_TRUE(file.open());
  file.write("two\nthree\n");
  EXPECT_EQ(readAll(path), "one\ntwo\nthree\n");
}

TEST(LogFile, SaysWhyItCannotBeOpened) {
  const TempDir dir;
  dir.write("file", "");
  LogFile file(dir.file("file/server.log"), 0, 5);
  const auto opened = file.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find("server.log: Not a directory"), std::string::npos);
}

TEST(LogFile, RotatesBySizeAndKeepsSoManyFiles) {
  const TempDir dir;
  LogFile file(dir.file("server.log"), 10, 2);
  ASSERT_TRUE(file.open());
  for (const auto* line : {"11111111\n", "22222222\n", "33333333\n", "44444444\n"}) {
    file.write(line);
  }
  EXPECT_EQ(readAll(dir.file("server.log")), "44444444\n");
  EXPECT_EQ(readAll(dir.file("server.log.1")), "33333333\n");
  EXPECT_EQ(readAll(dir.file("server.log.2")), "22222222\n");
  EXPECT_EQ(dir.entries(), 3U);
}

TEST(LogFile, CountsWhatWasThereBefore) {
  const TempDir dir;
  dir.write("server.log", "123456789\n");
  LogFile file(dir.file("server.log"), 12, 1);
  ASSERT_TRUE(file.open());
  file.write("new\n");
  EXPECT_EQ(readAll(dir.file("server.log")), "new\n");
  EXPECT_EQ(readAll(dir.file("server.log.1")), "123456789\n");
}

TEST(LogFile, KeepsNothingAsideWhenToldSo) {
  const TempDir dir;
  LogFile file(dir.file("server.log"), 5, 0);
  ASSERT_TRUE(file.open());
  file.write("1234\n");
  file.write("5678\n");
  EXPECT_EQ(readAll(dir.file("server.log")), "5678\n");
  EXPECT_EQ(dir.entries(), 1U);
}

TEST(LogFile, IsOpenedAnewAfterItWasMoved) {
  const TempDir dir;
  LogFile file(dir.file("server.log"), 0, 5);
  ASSERT_TRUE(file.open());
  file.write("before\n");
  fs::rename(dir.file("server.log"), dir.file("moved"));
  file.write("between\n");
  ASSERT_TRUE(file.open());
  file.write("after\n");
  EXPECT_EQ(readAll(dir.file("moved")), "before\nbetween\n");
  EXPECT_EQ(readAll(dir.file("server.log")), "after\n");
}

TEST(LogFile, GoesOnInTheOldFileWhenTheNewOneCannotBeOpened) {
  const TempDir dir;
  LogFile file(dir.file("server.log"), 0, 5);
  ASSERT_TRUE(file.open());
  fs::rename(dir.file("server.log"), dir.file("moved"));
  fs::create_directory(dir.file("server.log"));
  EXPECT_FALSE(file.open());
  file.write("still here\n");
  EXPECT_EQ(readAll(dir.file("moved")), "still here\n");
}

TEST(LogFile, LosesLinesQuietlyOnAFullDisk) {
  const TempDir dir;
  fs::create_symlink("/dev/full", dir.file("server.log"));
  LogFile file(dir.file("server.log"), 0, 5);
  ASSERT_TRUE(file.open());
  file.write("lost\n");
  fs::remove(dir.file("server.log"));
  ASSERT_TRUE(file.open());
  file.write("kept\n");
  EXPECT_EQ(readAll(dir.file("server.log")), "kept\n");
}

}  // namespace
}  // namespace bridge::log
