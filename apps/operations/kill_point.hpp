// Places where a test may end the process, so that every crash can be tried on purpose.
#pragma once

#include <span>
#include <string_view>

namespace counterfoil {

/// Every name a kill point may have. `counterfoil sim kill-points` prints them; the crash test visits each.
[[nodiscard]] std::span<const std::string_view> kill_point_names();

/// From here on COUNTERFOIL_KILL_POINT is obeyed. Called only once a test environment is open: in a live one
/// the variable has no effect whatever it says.
void arm_kill_points();

/// Ends the process at once, as a power cut would, when COUNTERFOIL_KILL_POINT names this point. "name:3" means
/// the third time the process comes by. COUNTERFOIL_PAUSE_POINT makes it stand still here for five seconds instead.
/// Naming a point that is not in the list is a mistake of ours.
void kill_point(std::string_view name);

}  // namespace counterfoil
