#include "base/html.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

TEST(HtmlTest, TextCannotBecomeMarkup) {
  EXPECT_EQ(escapeHtml("<a href=\"x\" title='y'>&</a>"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
  EXPECT_EQ(escapeHtml("r\xC3\xA9sum\xC3\xA9"), "r\xC3\xA9sum\xC3\xA9");
}

}  // namespace
}  // namespace bridge
