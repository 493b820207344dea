// Help, the reference page and shell completion, all made from the command table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/command.hpp"

namespace counterfoil {

[[nodiscard]] std::string program_help(const std::vector<Command>& commands);
[[nodiscard]] std::string noun_help(const std::vector<Command>& commands, std::string_view noun);
[[nodiscard]] std::string command_help(const Command& command);

/// docs/COMMANDS.md.
[[nodiscard]] std::string command_reference(const std::vector<Command>& commands);

/// A script for "bash", "zsh" or "fish".
[[nodiscard]] std::string completion_script(const std::vector<Command>& commands, std::string_view shell);

}  // namespace counterfoil
