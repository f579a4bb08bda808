#include "http/percent.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

TEST(Percent, DecodesOnce) {
  EXPECT_EQ(percentDecode("a%20b+c"), "a b+c");
  EXPECT_EQ(percentDecode("%2541"), "%41");
  EXPECT_EQ(percentDecode("%e2%82%AC"), "\xE2\x82\xAC");
  EXPECT_EQ(percentDecode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percentDecode(""), "");
  for (const auto* text : {"%", "%4", "a%zz", "%4g", "%%41"}) EXPECT_EQ(percentDecode(text), std::nullopt) << text;
}

TEST(Percent, GivesFilePathsThatStayBeneathTheirRoot) {
  EXPECT_EQ(safeFilePath("/"), "");
  EXPECT_EQ(safeFilePath(""), "");
  EXPECT_EQ(safeFilePath("/css/app.css"), "css/app.css");
  EXPECT_EQ(safeFilePath("//css///app.css/"), "css/app.css");
  EXPECT_EQ(safeFilePath("/./a/./b"), "a/b");
  EXPECT_EQ(safeFilePath("/a%20b/%C3%A9"), "a b/\xC3\xA9");
  EXPECT_EQ(safeFilePath("/..a/b..c/..."), "..a/b..c/...");
  for (const auto* path :
       {"/..", "/../a", "/a/..", "/a/../b", "/%2e%2e/a", "/.%2e", "/%2E./a", "/a%2fb", "/a%2Fb", "/..%2fetc", "/a%5cb",
        "/a\\b", "/%00", "/a%00.css", "/%0a", "/%7f", "/%", "/%zz", "/a/%2e%2e"}) {
    EXPECT_EQ(safeFilePath(path), std::nullopt) << path;
  }
  EXPECT_EQ(safeFilePath("/%252e%252e/a"), "%2e%2e/a");
}

}  // namespace
}  // namespace bridge::http
