// The verbs of `format` that have a source of their own.
#pragma once

#include "apps/cli/command.hpp"

namespace counterfoil {

[[nodiscard]] Command format_blind_spots_command();
[[nodiscard]] Command format_new_command();

}  // namespace counterfoil
