#include "formats/layout_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/layout_check_state.hpp"

namespace counterfoil {

Finding LayoutTexts::quote(layout_ast::LineOf at, std::uint32_t column, std::string code, std::string explanation,
                           std::string remedy, Severity severity) const {
  Finding finding;
  finding.code = std::move(code);
  finding.severity = severity;
  finding.message = std::move(explanation);
  finding.remedy = std::move(remedy);
  if (at.text < texts.size()) {
    const Text& text = texts[at.text];
    finding.place.file = text.file;
    finding.place.line = at.line;
    finding.place.column_first = finding.place.column_last = column;
    if (at.line >= 1 && at.line <= text.lines.size()) {
      const std::string_view line = text.lines[at.line - 1];
      // Tabs are kept in front of the caret, so that it stands below its column whatever a tab is worth.
      std::string before{line.substr(0, column > 0 ? column - 1 : 0)};
      std::ranges::replace_if(before, [](char c) { return c != '\t'; }, ' ');
      finding.message += fmt::format("\n  {}\n  {}^", line, before);
    }
  }
  return finding;
}

std::vector<Finding> check_layout(const layout_ast::Layout& ast, const LayoutTexts& texts, const Catalogue* catalogue,
                                  LayoutPlan& plan) {
  CheckState state{.ast = ast, .texts = texts, .catalogue = catalogue, .plan = plan};
  read_head(state);
  read_codes(state);
  declare_records(state);
  read_fields(state);
  read_relations(state);
  read_order(state);
  read_totals(state);
  read_late_head(state);
  check_roles(state);
  return std::move(state.findings);
}

}  // namespace counterfoil
