// Every noun of the command line. A new one: its own file here, one line below, one line in commands.cpp.
#pragma once

#include <vector>

#include "apps/cli/command.hpp"

namespace counterfoil {

[[nodiscard]] std::vector<Command> file_commands();
[[nodiscard]] std::vector<Command> format_commands();
[[nodiscard]] std::vector<Command> help_commands();

/// All of them, in the order help shows.
[[nodiscard]] std::vector<Command> all_commands();

}  // namespace counterfoil
