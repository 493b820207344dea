// From the lines of a layout to its plan. Private to formats/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.hpp"
#include "core/finding.hpp"
#include "formats/layout_ast.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

/// The texts a layout was read from, for quoting: the layout itself first, then what it is a variant of.
struct LayoutTexts {
  struct Text {
    std::string file;
    std::vector<std::string_view> lines;
  };
  std::vector<Text> texts;

  /// A finding that quotes the line and points at the column with a caret.
  [[nodiscard]] Finding quote(layout_ast::LineOf at, std::uint32_t column, std::string code, std::string explanation,
                              std::string remedy, Severity severity = Severity::error) const;
};

/// Checks everything that can be checked in a layout alone and fills `plan`. Findings of severity error mean that the
/// plan must not be used.
[[nodiscard]] std::vector<Finding> check_layout(const layout_ast::Layout& ast, const LayoutTexts& texts,
                                                const Catalogue* catalogue, LayoutPlan& plan);

}  // namespace counterfoil
