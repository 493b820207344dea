#include "apps/cli/html.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

TEST(HtmlText, LetsNothingOfAFileBecomeMarkup) {
  EXPECT_EQ(html_text("<script>\"a\" & b</script>"), "&lt;script&gt;&quot;a&quot; &amp; b&lt;/script&gt;");
  EXPECT_EQ(html_text("a\x1b[31mb"), "a\\x1b[31mb");
}

TEST(HtmlOfMarkdown, KnowsWhatOurPagesUse) {
  EXPECT_EQ(html_of_markdown("# A `b`\n\nSome **strong** <text>\nof two lines.\n\n- one\n- two\n"),
            "<h1>A <code>b</code></h1>\n<p>Some <strong>strong</strong> &lt;text&gt;\nof two lines.\n</p>\n"
            "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n");
  EXPECT_EQ(html_of_markdown("```\na < b\n```\n"), "<pre>a &lt; b\n</pre>\n");
}

TEST(HtmlOfMarkdown, KeepsABarInsideACell) {
  const std::string html = html_of_markdown("| A | B |\n| --- | --- |\n| x \\| y | z |\n");
  EXPECT_NE(html.find("<tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr>"), std::string::npos) << html;
  EXPECT_NE(html.find("<tr><td>x | y</td><td>z</td></tr>"), std::string::npos) << html;
}

}  // namespace
}  // namespace counterfoil
