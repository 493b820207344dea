// Every noun of the command line. A new one: its own file here, one line below, one line in commands.cpp.
#pragma once

#include <vector>

#include "apps/cli/command.hpp"

namespace counterfoil {

[[nodiscard]] std::vector<Command> setup_commands();
[[nodiscard]] std::vector<Command> data_commands();
[[nodiscard]] std::vector<Command> bill_commands();
[[nodiscard]] std::vector<Command> batch_commands();
[[nodiscard]] std::vector<Command> settle_commands();
[[nodiscard]] std::vector<Command> trust_commands();
[[nodiscard]] std::vector<Command> file_commands();
[[nodiscard]] std::vector<Command> format_commands();
[[nodiscard]] std::vector<Command> calendar_commands();
[[nodiscard]] std::vector<Command> profile_commands();
[[nodiscard]] std::vector<Command> help_commands();

/// All of them, in the order help shows.
[[nodiscard]] std::vector<Command> all_commands();

}  // namespace counterfoil
