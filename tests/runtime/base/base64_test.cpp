#include "base/base64.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace bridge {
namespace {

TEST(Base64Test, TextsAreThoseOfTheStandard) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kExamples = {{{"", ""},
                                                                                       {"f", "Zg=="},
                                                                                       {"fo", "Zm8="},
                                                                                       {"foo", "Zm9v"},
                                                                                       {"foob", "Zm9vYg=="},
                                                                                       {"fooba", "Zm9vYmE="},
                                                                                       {"foobar", "Zm9vYmFy"}}};
  for (const auto& [bytes, text] : kExamples) {
    EXPECT_EQ(base64Encode(bytes), text);
    EXPECT_EQ(base64Decode(text), bytes);
  }
}

TEST(Base64Test, EveryByteComesBack) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) {
    bytes += static_cast<char>(value);
    EXPECT_EQ(base64Decode(base64Encode(bytes)), bytes);
  }
}

TEST(Base64Test, WhatIsNotWrittenSoIsRefused) {
  for (const auto* text :
       {"Zg", "Zg=", "Zg=a", "=Zg=", "====", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm-_", "Zh==", "Zm9=", "\xFFm9v"}) {
    EXPECT_EQ(base64Decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bridge
