#include "apps/cli/commands/commands.hpp"

#include <iterator>

namespace counterfoil {

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (const auto& part : {
           help_commands(),
       }) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace counterfoil
