#include "upstreams/boot_failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::upstreams {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

BootFailure failure() {
  return {.cause = "it ended with exit code 1",
          .step = "bootstrap",
          .exception = wire::Failed{.step = "bootstrap",
                                    .className = "RuntimeException",
                                    .message = "no <script>alert(1)</script> & key",
                                    .file = "/srv/app/x.php",
                                    .line = 7,
                                    .trace = "#0 {main}"},
          .lastWords = {"PHP Warning: x", "<b>"}};
}

http::Request requestFrom(const std::string& address) {
  http::Request request;
  request.client = {address, 4711};
  return request;
}

TEST(BootFailureTest, ThePageEscapesWhatIsForeign) {
  const auto page = bootFailurePage(failure(), "id\"<");
  EXPECT_THAT(page, HasSubstr("no &lt;script&gt;alert(1)&lt;/script&gt; &amp; key"));
  EXPECT_THAT(page, HasSubstr("/srv/app/x.php:7"));
  EXPECT_THAT(page, HasSubstr("#0 {main}"));
  EXPECT_THAT(page, HasSubstr("id&quot;&lt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
}

TEST(BootFailureTest, TheSummaryIsOneSafeLine) {
  const auto line = failure().summary();
  EXPECT_THAT(line, HasSubstr("it ended with exit code 1; step bootstrap; RuntimeException: no <script>"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  EXPECT_THAT(line, HasSubstr("\"PHP Warning: x\" \"<b>\""));
}

TEST(BootFailureTest, TheReasonIsForDebugAndLoopbackOnly) {
  EXPECT_TRUE(mayShowReason(true, requestFrom("127.0.0.1")));
  EXPECT_TRUE(mayShowReason(true, requestFrom("::1")));
  EXPECT_FALSE(mayShowReason(false, requestFrom("127.0.0.1")));
  EXPECT_FALSE(mayShowReason(true, requestFrom("192.0.2.1")));
  EXPECT_FALSE(mayShowReason(true, requestFrom("unix:")));
  auto proxied = requestFrom("127.0.0.1");
  proxied.head.headers.add("x-forwarded-for", "192.0.2.1");
  EXPECT_FALSE(mayShowReason(true, proxied));
}

}  // namespace
}  // namespace bridge::upstreams
