#include "apps/cli/commands/commands.hpp"

namespace counterfoil {

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (const auto& part : {
           file_commands(),
           format_commands(),
           help_commands(),
       }) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace counterfoil
