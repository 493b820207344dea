#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/file_commands.hpp"

namespace counterfoil {

Option expect_option() {
  return {.name = "--expect",
          .value = "WAY",
          .help = "Which way it goes, where a format has the same columns both ways",
          .choices = {"answer", "instruction"}};
}

Expected expected_by(const Invocation& call) {
  const auto way = call.text("--expect");
  return way == "answer" ? Expected::answer : way == "instruction" ? Expected::instruction : Expected::unknown;
}

std::vector<Command> file_commands() {
  return {file_show_command(),  file_lint_command(), file_explain_command(),
          file_write_command(), file_diff_command(), file_convert_command()};
}

}  // namespace counterfoil
