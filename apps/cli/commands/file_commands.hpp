// The verbs of `file`, one source each.
#pragma once

#include "apps/cli/command.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {

/// "--expect answer": which way a file goes, for every verb that reads one.
[[nodiscard]] Option expect_option();
[[nodiscard]] Expected expected_by(const Invocation& call);

[[nodiscard]] Command file_show_command();
[[nodiscard]] Command file_lint_command();
[[nodiscard]] Command file_explain_command();
[[nodiscard]] Command file_write_command();
[[nodiscard]] Command file_diff_command();
[[nodiscard]] Command file_convert_command();

}  // namespace counterfoil
