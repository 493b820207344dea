#include "apps/cli/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "apps/cli/output.hpp"

namespace counterfoil {
namespace {

// The two tints of fields and their frame are told apart by the frame too, not by colour alone; every text reaches a
// contrast of 7 to 1 on its ground.
constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --ground: #ffffff; --dim: #4a525b; --line: #c3c9d0;
  --a: #dcebff; --b: #fdf0cf; --mark: #ffd54a; --bad: #8c1212; --warn: #6b4700; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff2; --ground: #14171a; --dim: #b6bec7; --line: #4a525b;
  --a: #17355c; --b: #4a3a10; --mark: #7a5c00; --bad: #ffb3ab; --warn: #ffd58a; } }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--ground); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; } h3 { font-size: 1rem; }
.skip, .next a { position: absolute; left: -999rem; } .skip:focus, .next a:focus { position: static; }
.next { margin: 0; }
a { color: inherit; } a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: .2rem solid currentColor;
  outline-offset: .1rem; }
.scroll { overflow-x: auto; } pre, code, td.raw { font-family: ui-monospace, Consolas, monospace; }
pre { margin: 0; padding: .5rem; border: 1px solid var(--line); line-height: 1.6; width: max-content; min-width: 100%;
  box-sizing: border-box; }
pre .ruler { color: var(--dim); }
pre a { text-decoration: none; border-left: 1px solid var(--ink); margin-left: -1px; }
.a { background: var(--a); } .b { background: var(--b); }
table { border-collapse: collapse; margin: .5rem 0 1rem; } caption { text-align: left; color: var(--dim); }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; } td.raw { white-space: pre-wrap; overflow-wrap: anywhere; }
td.short { white-space: pre; }
tr:target { background: var(--mark); }
.dim { color: var(--dim); } .error { color: var(--bad); } .warning { color: var(--warn); }
.finding { border-left: .3rem solid currentColor; padding: .2rem .7rem; margin: .4rem 0; }
@media print { body { max-width: none; } .skip, .next { display: none; } section { break-inside: avoid; } }
)";

/// `code` and **strong** inside a line; a backslash before | was for the table alone.
std::string inline_html(std::string_view text) {
  std::string html;
  bool in_code = false, is_strong = false;
  std::string plain;
  const auto flush = [&] { html += html_text(std::exchange(plain, {})); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '|') continue;
    if (text[i] == '`') {
      flush();
      html += in_code ? "</code>" : "<code>";
      in_code = !in_code;
    } else if (!in_code && text.substr(i, 2) == "**") {
      flush();
      html += is_strong ? "</strong>" : "<strong>";
      is_strong = !is_strong;
      ++i;
    } else {
      plain += text[i];
    }
  }
  flush();
  if (in_code) html += "</code>";
  if (is_strong) html += "</strong>";
  return html;
}

std::vector<std::string_view> cells_of(std::string_view row) {
  std::vector<std::string_view> cells;
  std::size_t from = 1;
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i] != '|' || row[i - 1] == '\\') continue;
    std::string_view cell = row.substr(from, i - from);
    while (cell.starts_with(' ')) cell.remove_prefix(1);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    cells.push_back(cell);
    from = i + 1;
  }
  return cells;
}

/// Turns lines into elements; blocks are closed when a line of another kind comes.
class Converter {
 public:
  std::string html;

  void line(std::string_view text) {
    if (text.starts_with("```")) {
      become(block_ == Block::code ? Block::none : Block::code);
    } else if (block_ == Block::code) {
      html += html_text(text) + "\n";
    } else if (text.empty()) {
      become(Block::none);
    } else if (text.starts_with('#')) {
      become(Block::none);
      const auto level = text.find_first_not_of('#');
      html += fmt::format("<h{0}>{1}</h{0}>\n", level, inline_html(text.substr(std::min(level + 1, text.size()))));
    } else if (text.starts_with("- ")) {
      become(Block::list);
      html += fmt::format("<li>{}</li>\n", inline_html(text.substr(2)));
    } else if (text.starts_with('|')) {
      row(text);
    } else {
      become(Block::paragraph);
      html += inline_html(text) + "\n";
    }
  }

  void finish() { become(Block::none); }

 private:
  enum class Block : std::uint8_t { none, paragraph, list, table, code };

  void row(std::string_view text) {
    const bool is_head = block_ != Block::table;
    become(Block::table);
    if (text.starts_with("| ---")) return;
    const std::string_view tag = is_head ? "th scope=\"col\"" : "td", end = is_head ? "th" : "td";
    html += "<tr>";
    for (const auto cell : cells_of(text)) html += fmt::format("<{}>{}</{}>", tag, inline_html(cell), end);
    html += "</tr>\n";
  }

  void become(Block block) {
    if (block == block_) return;
    static constexpr std::array<std::string_view, 5> begins{
        "", "<p>", "<ul>\n", "<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n",
        "<pre>"};
    static constexpr std::array<std::string_view, 5> ends{"", "</p>\n", "</ul>\n", "</table></div>\n", "</pre>\n"};
    html += ends[static_cast<std::size_t>(block_)];
    html += begins[static_cast<std::size_t>(block)];
    block_ = block;
  }

  Block block_ = Block::none;
};

}  // namespace

std::string html_text(std::string_view text) {
  std::string html;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string html_begin(std::string_view title) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the "
      "content</a>\n<main id=\"content\">\n",
      html_text(title), style);
}

std::string html_end() { return "</main>\n</body>\n</html>\n"; }

std::string html_of_markdown(std::string_view markdown) {
  Converter converter;
  while (!markdown.empty()) {
    const auto end = markdown.find('\n');
    converter.line(markdown.substr(0, end));
    markdown = end == std::string_view::npos ? std::string_view{} : markdown.substr(end + 1);
  }
  converter.finish();
  return converter.html;
}

}  // namespace counterfoil
