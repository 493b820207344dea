#include "apps/cli/explain_page.hpp"

#include <fmt/format.h>

#include "apps/cli/html.hpp"

namespace counterfoil {
namespace {

/// "1234567890" once round; the tens stand above.
std::string ruler_line(std::uint32_t columns, bool tens) {
  std::string line;
  for (std::uint32_t column = 1; column <= columns; ++column) {
    if (tens) {
      line += column % 10 == 0 ? static_cast<char>('0' + (column / 10) % 10) : ' ';
    } else {
      line += static_cast<char>('0' + column % 10);
    }
  }
  return line;
}

/// A class for a cell that is never broken into lines: a number, a day, a name.
std::string_view short_class(std::string_view text) {
  constexpr std::size_t longest = 40;
  return text.size() <= longest ? " short" : "";
}

bool is_blank_text(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

}  // namespace

void ExplainPage::begin(std::string_view file, std::string_view format) {
  out_.data(html_begin(fmt::format("{} explained", file)));
  out_.data(
      fmt::format("<h1>{}</h1>\n<p>{}Account numbers are masked unless the page was made with --unmask.{}</p>\n<p><a "
                  "href=\"#verdict\">To the verdict at the end</a></p>\n",
                  html_text(file), format.empty() ? "" : html_text(fmt::format("Format {}. ", format)),
                  format.empty() ? "" : " In the line of a record each field leads to its row in the table below it."));
}

std::string ExplainPage::row_id(const AnnotatedField& field) const {
  return fmt::format("p{}-{}-{}", part_, field.first_column, field.name);
}

void ExplainPage::open_part(std::string_view heading) {
  ++part_;
  // The end of the page carries the mark that follows the last part.
  out_.data(
      fmt::format("<section aria-labelledby=\"p{0}\">\n<h2 id=\"p{0}\">{1}</h2>\n<p class=\"next\"><a "
                  "href=\"#p{2}\">Next part</a></p>\n",
                  part_, html_text(heading), part_ + 1));
}

void ExplainPage::ruler(const AnnotatedRecord& record) {
  out_.data(
      fmt::format("<div class=\"scroll\" role=\"group\" aria-label=\"Line {0} as it stands in the file\" "
                  "tabindex=\"0\"><pre>"
                  "<span class=\"ruler\" aria-hidden=\"true\">{1}\n{2}</span>\n",
                  record.line, ruler_line(record.columns, true), ruler_line(record.columns, false)));
  if (record.fields.empty()) out_.data(html_text(record.raw));
  bool odd = false;
  for (const auto& field : record.fields) {
    if (field.is_part) continue;
    const std::string title =
        html_text(fmt::format("{}, columns {} to {}", field.name, field.first_column, field.last_column));
    // Blanks alone would be a link without a name.
    out_.data(fmt::format("<a class=\"{0}\" href=\"#{1}\" title=\"{2}\" aria-label=\"{2}\">{3}</a>", odd ? "b" : "a",
                          html_text(row_id(field)), title, html_text(field.raw)));
    odd = !odd;
  }
  out_.data("</pre></div>\n");
}

void ExplainPage::fields(const AnnotatedRecord& record) {
  if (record.fields.empty()) return;
  out_.data(
      fmt::format("<div class=\"scroll\" role=\"group\" aria-label=\"Fields of line {0}\" "
                  "tabindex=\"0\"><table>\n<caption>Fields of line {0}</caption>\n<tr><th scope=\"col\">Columns</th>"
                  "<th scope=\"col\">Field</th><th scope=\"col\">Content</th><th scope=\"col\">Meaning</th>"
                  "<th scope=\"col\">Word</th><th scope=\"col\">Note</th></tr>\n",
                  record.line));
  bool odd = false;
  for (const auto& field : record.fields) {
    const bool blank = is_blank_text(field.raw);
    std::string_view raw = field.raw;
    raw = raw.substr(0, raw.find_last_not_of(' ') + 1);
    const std::string_view tint = field.is_part ? "" : odd ? "b" : "a";
    out_.data(
        fmt::format("<tr id=\"{}\"><td>{}-{}</td><th scope=\"row\" class=\"{}\">{}{}</th><td class=\"raw{}\">{}</td>"
                    "<td class=\"meaning{}\">{}</td><td>{}</td><td>{}</td></tr>\n",
                    html_text(row_id(field)), field.first_column, field.last_column, tint,
                    field.is_part ? "part: " : "", html_text(field.name), short_class(raw),
                    blank ? "<span class=\"dim\">blank</span>" : html_text(raw), short_class(field.meaning),
                    blank ? std::string{} : html_text(field.meaning), html_text(field.binding), html_text(field.note)));
    if (!field.is_part) odd = !odd;
  }
  out_.data("</table></div>\n");
}

void ExplainPage::record(const AnnotatedRecord& record) {
  const std::string title =
      record.name.empty() ? "no record of this format" : fmt::format("{} ({})", record.title, record.name);
  open_part(fmt::format("Line {}: {}", record.line, title));
  ruler(record);
  for (const auto& each : record.findings) finding(each);
  fields(record);
  out_.data("</section>\n");
}

void ExplainPage::words(std::string_view what, std::uint32_t line, const std::vector<ExplainedWord>& words) {
  open_part(fmt::format("Line {}: {}", line, what));
  out_.data(fmt::format(
      "<div class=\"scroll\" role=\"group\" aria-label=\"Words that begin at line {0}\" "
      "tabindex=\"0\"><table>\n<caption>Words that begin at line {0}</caption>\n<tr><th scope=\"col\">Word</th><th "
      "scope=\"col\">Value</th><th scope=\"col\">Element</th></tr>\n",
      line));
  for (const auto& word : words) {
    out_.data(fmt::format("<tr><th scope=\"row\">{}</th><td class=\"raw{}\">{}</td><td class=\"dim\">{}</td></tr>\n",
                          html_text(word.name), short_class(word.value), html_text(word.value), html_text(word.path)));
  }
  out_.data("</table></div>\n</section>\n");
}

void ExplainPage::finding(const Finding& finding) {
  const std::string_view severity = severity_name(finding.severity);
  out_.data(fmt::format("<div class=\"finding {0}\"><strong>{0}</strong> <code>{1}</code>: {2}{3}<br>Next: {4}</div>\n",
                        severity, html_text(finding.code), html_text(finding.message),
                        finding.place.line == 0 ? std::string{} : fmt::format(" (line {})", finding.place.line),
                        html_text(finding.remedy)));
}

void ExplainPage::end(Verdict verdict) {
  out_.data(fmt::format("<h2 id=\"verdict\"><span id=\"p{}\">Verdict</span></h2>\n<p>{}</p>\n", part_ + 1,
                        verdict == Verdict::accepted  ? "Accepted."
                        : verdict == Verdict::refused ? "Refused: nothing of it may be posted."
                                                      : "Accepted, and people must look at the findings."));
  out_.data(html_end());
}

}  // namespace counterfoil
