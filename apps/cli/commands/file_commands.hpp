// The verbs of `file`, one source each.
#pragma once

#include "apps/cli/command.hpp"

namespace counterfoil {

[[nodiscard]] Command file_show_command();
[[nodiscard]] Command file_lint_command();
[[nodiscard]] Command file_explain_command();
[[nodiscard]] Command file_write_command();

}  // namespace counterfoil
