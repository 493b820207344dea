// Pages for a browser: one file each, without script and without anything loaded from elsewhere, so that they can be
// mailed, printed and read by a screen reader.
#pragma once

#include <string>
#include <string_view>

namespace counterfoil {

/// As text or as the value of an attribute in quotes. Control characters and bytes that are not UTF-8 are made visible.
[[nodiscard]] std::string html_text(std::string_view text);

/// Everything before the content: head, style, a link that skips to the content, and the opened main element.
[[nodiscard]] std::string html_begin(std::string_view title);
[[nodiscard]] std::string html_end();

/// The Markdown our own pages use (headings, paragraphs, tables, lists, fenced blocks, `code` and **strong**) as HTML.
[[nodiscard]] std::string html_of_markdown(std::string_view markdown);

}  // namespace counterfoil
