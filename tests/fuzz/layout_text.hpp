// A layout written out again from what the grammar made of it, so that reading can be held against itself.
#pragma once

#include <string>

#include "formats/layout_ast.hpp"

namespace counterfoil {

/// One line a statement, in the order the checker knows them. Read again it gives the same lines.
[[nodiscard]] std::string text_of(const layout_ast::Layout& layout);

}  // namespace counterfoil
