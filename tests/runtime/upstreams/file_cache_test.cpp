#include "upstreams/file_cache.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

FileIdentity state(std::uint64_t inode) {
  return {.device = 1, .inode = inode, .modified = 2, .changed = 3, .size = 4};
}

std::shared_ptr<KnownFile> fileIn(const FileIdentity& identity) {
  auto file = std::make_shared<KnownFile>();
  file->identity = identity;
  return file;
}

TEST(FileCache, FindsAFileOnlyInTheStateThatItRemembers) {
  FileCache cache({.files = 10, .contentBytes = 100});
  const auto file = fileIn(state(1));
  cache.put("/a", file);
  EXPECT_EQ(cache.find("/a", state(1)), file);
  EXPECT_EQ(cache.find("/b", state(1)), nullptr);
  auto changed = state(1);
  changed.changed = 9;
  EXPECT_EQ(cache.find("/a", changed), nullptr);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(FileCache, DropsTheLeastRecentlyUsed) {
  FileCache cache({.files = 2, .contentBytes = 100});
  cache.put("/a", fileIn(state(1)));
  cache.put("/b", fileIn(state(2)));
  EXPECT_TRUE(cache.find("/a", state(1)));
  cache.put("/c", fileIn(state(3)));
  EXPECT_TRUE(cache.find("/a", state(1)));
  EXPECT_FALSE(cache.find("/b", state(2)));
  EXPECT_TRUE(cache.find("/c", state(3)));
}

TEST(FileCache, HoldsNoMoreBytesThanItMay) {
  FileCache cache({.files = 10, .contentBytes = 100});
  for (std::uint64_t i = 1; i <= 3; ++i) {
    const auto file = fileIn(state(i));
    cache.put("/" + std::to_string(i), file);
    cache.hold("/" + std::to_string(i), *file, std::make_shared<const std::string>(40, 'x'));
  }
  EXPECT_EQ(cache.contentBytes(), 80U);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_FALSE(cache.find("/1", state(1)));
  const auto big = fileIn(state(4));
  cache.put("/4", big);
  cache.hold("/4", *big, std::make_shared<const std::string>(101, 'x'));
  EXPECT_EQ(cache.find("/4", state(4))->content, nullptr);
}

TEST(FileCache, TakesNoBytesOfAnotherFile) {
  FileCache cache({.files = 10, .contentBytes = 100});
  const auto old = fileIn(state(1));
  cache.put("/a", old);
  cache.put("/a", fileIn(state(2)));
  cache.hold("/a", *old, std::make_shared<const std::string>("old"));
  EXPECT_EQ(cache.find("/a", state(2))->content, nullptr);
  EXPECT_EQ(cache.contentBytes(), 0U);
}

TEST(FileIdentity, IsThatOfTheFileBehindThePath) {
  const bridge::testing::TempDir folder;
  const auto path = folder.write("a", "text");
  const auto identity = FileIdentity::of(path);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->size, 4U);
  EXPECT_FALSE(FileIdentity::of(folder.path()));
  EXPECT_FALSE(FileIdentity::of(folder.file("missing")));
  EXPECT_FALSE(FileIdentity::of(-1));
}

}  // namespace
}  // namespace bridge::upstreams
