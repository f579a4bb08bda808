#include "http/disposition.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

TEST(Disposition, ReadsParametersAsPhpDoes) {
  const auto name = [](std::string_view text) { return dispositionParameter(text, "name").value_or("(none)"); };
  EXPECT_EQ(name("form-data; name=\"a\""), "a");
  EXPECT_EQ(name("form-data; name=a"), "a");
  EXPECT_EQ(name("form-data;NAME=\"a\""), "a");
  EXPECT_EQ(name("name=\"a\""), "a");
  EXPECT_EQ(name("form-data; name='a'"), "a");
  EXPECT_EQ(name("form-data; name='a\"b'"), "a\"b");
  EXPECT_EQ(name("form-data; name=\"it's\""), "it's");
  EXPECT_EQ(name("form-data; name=\"a;b\"; filename=\"c\""), "a;b");
  EXPECT_EQ(name("form-data; name=\"a\\\"b\""), "a\"b");
  EXPECT_EQ(name("form-data; name=\"a\\\\b\""), "a\\b");
  EXPECT_EQ(name("form-data; name=\"a\\b\""), "a\\b");
  EXPECT_EQ(name("form-data; name=\"C:\\\\dir\\\\x\""), "C:\\dir\\x");
  EXPECT_EQ(name("form-data; name=\"a%22b\""), "a%22b");
  EXPECT_EQ(name("form-data; name=\"a\"b"), "a");
  EXPECT_EQ(name("form-data; name=a b"), "a");
  EXPECT_EQ(name("form-data; name= a"), "a");
  EXPECT_EQ(name("form-data; name=\"\""), "");
  EXPECT_EQ(name("form-data; name="), "");
  EXPECT_EQ(name("form-data; name=\"a"), "a");
  EXPECT_EQ(name("form-data; name=\"a\"; name=\"b\""), "b");
  EXPECT_EQ(name("form-data;;; name=\"a\""), "a");
  EXPECT_EQ(name("form-data; name=\"a=b\""), "a=b");
  EXPECT_EQ(name("form-data; filename=\"name=x\""), "(none)");
  EXPECT_EQ(name("form-data; xname=\"a\""), "(none)");
  EXPECT_EQ(name("form-data; name =\"a\""), "(none)");
  EXPECT_EQ(name("form-data; name*=\"a\""), "(none)");
  EXPECT_EQ(name("form-data; name"), "(none)");
  EXPECT_EQ(name("form-data"), "(none)");
  EXPECT_EQ(name(""), "(none)");
}

}  // namespace
}  // namespace bridge::http
