#include "apps/cli/commands/commands.hpp"

namespace counterfoil {

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (const auto& part : {
           setup_commands(),
           data_commands(),
           bill_commands(),
           batch_commands(),
           settle_commands(),
           trust_commands(),
           file_commands(),
           format_commands(),
           profile_commands(),
           calendar_commands(),
           help_commands(),
       }) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace counterfoil
