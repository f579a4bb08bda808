#include "ops/human.h"

#include <gtest/gtest.h>

namespace bridge::ops {
namespace {

TEST(HumanFigure, IsReadAsItsNameSaysAndNeverRounded) {
  EXPECT_EQ(humanFigure("replies_total", 12345678), "12345678");
  EXPECT_EQ(humanFigure("share", 0.25), "0.250");
  EXPECT_EQ(humanFigure("peak_memory_bytes", 20406272), "19.5 MB");
  EXPECT_EQ(humanFigure("user_seconds", 0.046087), "46 ms");
}

}  // namespace
}  // namespace bridge::ops
