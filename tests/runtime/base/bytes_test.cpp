#include "base/bytes.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

TEST(Bytes, MoveAndAreGivenAway) {
  Bytes bytes(std::string("text"));
  Bytes moved = std::move(bytes);
  EXPECT_EQ(moved.view(), "text");
  EXPECT_EQ(moved.release(), "text");
  EXPECT_TRUE(moved.empty());
}

TEST(Bytes, MayBeAPartOfWhatOthersRead) {
  auto whole = std::make_shared<const std::string>("0123456789");
  Bytes part = Bytes::share(whole, 2, 3);
  Bytes all = Bytes::share(whole, 0, 10);
  EXPECT_EQ(all.data(), whole->data());
  whole.reset();
  all = Bytes::copyOf("other");
  Bytes moved = std::move(part);
  EXPECT_EQ(moved.view(), "234");
  EXPECT_EQ(moved.size(), 3U);
  EXPECT_EQ(moved.release(), "234");
  EXPECT_TRUE(moved.empty());
}

}  // namespace
}  // namespace bridge
