#include "base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge {
namespace {

TEST(UuidTest, IsOfVersionFourAndNeverTheSame) {
  const auto one = randomUuid();
  EXPECT_THAT(one, ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(one, randomUuid());
}

}  // namespace
}  // namespace bridge
