// Australian account numbers: a BSB (bank, state, branch) of six digits and an account of at most nine characters.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// As direct entry files have it: "062-001". Taken with a hyphen, a blank or nothing between the two halves. The list of
/// branches is not known here, and a BSB has no check digit: only the shape can be wrong. "bsb.shape".
[[nodiscard]] Result<std::string> check_bsb(std::string_view text);

/// At most nine digits, letters and hyphens, not all zeros. Hyphens go where the number is longer than nine characters
/// otherwise; leading zeros belong to it and stay. "bsb.account", "bsb.account-length".
[[nodiscard]] Result<std::string> check_bsb_account(std::string_view text);

}  // namespace counterfoil
