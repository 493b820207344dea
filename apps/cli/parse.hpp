// From words typed to a checked command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/command.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// What the words ask for.
struct ParsedLine {
  const Command* command = nullptr;  // Null when only help or the version is asked for.
  Globals globals = {};
  Invocation::Values values = {};
  bool no_color = false;
  bool help = false;  // Help of `command`, of `noun` where that is set, else of the program.
  std::string noun = {};
  bool version = false;
};

/// The flags every command takes, for help and completion.
[[nodiscard]] const std::vector<Option>& global_options();

/// `today` is used where --as-of is not given. Errors are of kind usage and name the command to ask for help.
[[nodiscard]] Result<ParsedLine> parse_command_line(const std::vector<Command>& commands,
                                                    const std::vector<std::string>& words, Date today);

}  // namespace counterfoil
