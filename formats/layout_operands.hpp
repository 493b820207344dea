// Reading what checks, conditions and totals ask for: a field of this or another record, an exchange word, a test.
// Private to formats/.
#pragma once

#include "formats/layout_check_state.hpp"

namespace counterfoil {

/// Base of the steps that look at fields wherever they stand. All fields must have been read.
class OperandStep : protected CheckStep {
 protected:
  explicit OperandStep(CheckState& state) : CheckStep{state} {}

  /// `here` is the record in which a name without a record is looked for.
  [[nodiscard]] std::optional<Operand> operand(layout_ast::LineOf at, const layout_ast::Arg& arg, bool is_word,
                                               std::size_t here);
  [[nodiscard]] std::optional<Test> read_test(layout_ast::LineOf at, const layout_ast::Test& line, std::size_t here);

 private:
  [[nodiscard]] bool check_marked(layout_ast::LineOf at, const layout_ast::Test& line, const Test& test);
};

}  // namespace counterfoil
