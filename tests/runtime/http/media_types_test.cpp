#include "http/media_types.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

TEST(MediaTypes, KnowsWhatEveryPageNeedsWithoutTheSystemsTable) {
  const MediaTypes types;
  EXPECT_EQ(types.of("build/app.CSS"), "text/css; charset=utf-8");
  EXPECT_EQ(types.of("a.b/app.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(types.of("logo.png"), "image/png");
}

TEST(MediaTypes, ReadsTheSystemsTable) {
  const MediaTypes types("# comment\napplication/x-thing\t\tthing thing2 # more\nvideo/none\n\ntext/x-mine mine\n");
  EXPECT_EQ(types.of("x.thing2"), "application/x-thing");
  EXPECT_EQ(types.of("x.mine"), "text/x-mine; charset=utf-8");
}

TEST(MediaTypes, CallsTheUnknownBytes) {
  const MediaTypes types;
  EXPECT_EQ(types.of("README"), "application/octet-stream");
  EXPECT_EQ(types.of("dir.d/file"), "application/octet-stream");
  EXPECT_EQ(types.of("x.unheard"), "application/octet-stream");
}

TEST(MediaTypes, DoesNotLetAnOldTableNameJavaScriptOtherwise) {
  EXPECT_EQ(MediaTypes("application/javascript js\n").of("a.js"), "text/javascript; charset=utf-8");
}

}  // namespace
}  // namespace bridge::http
