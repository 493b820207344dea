#include "apps/cli/commands/commands.hpp"
#include "apps/cli/commands/file_commands.hpp"

namespace counterfoil {

std::vector<Command> file_commands() {
  return {file_show_command(), file_lint_command(), file_explain_command(), file_write_command()};
}

}  // namespace counterfoil
