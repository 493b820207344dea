// Creditor reference (ISO 11649): RF, two check digits, 1 to 21 letters or digits.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// Spaces removed, upper-cased and checked: "rf.structure", "rf.check-digits".
[[nodiscard]] Result<std::string> check_rf_reference(std::string_view text);

/// "INV2026001" -> "RF10INV2026001". "rf.structure" for anything but 1 to 21 letters or digits.
[[nodiscard]] Result<std::string> make_rf_reference(std::string_view reference);

}  // namespace counterfoil
