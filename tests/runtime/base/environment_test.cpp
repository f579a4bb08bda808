#include "base/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace bridge {
namespace {

TEST(EnvironmentTest, WhatIsTakenIsGone) {
  ::setenv("BRIDGE_TEST_TAKEN", "", 1);
  EXPECT_EQ(takeVariable("BRIDGE_TEST_TAKEN"), "");
  EXPECT_EQ(std::getenv("BRIDGE_TEST_TAKEN"), nullptr);
  EXPECT_EQ(takeVariable("BRIDGE_TEST_TAKEN"), std::nullopt);
}

}  // namespace
}  // namespace bridge
