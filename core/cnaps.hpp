// Chinese payment system bank numbers: 3 digits bank class, 4 digits city, 4 digits branch, 1 check digit.
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// "cnaps.length", "cnaps.digits", "cnaps.check-digit" (ISO 7064 MOD 11,10). The check rule was found by testing and stands in
/// no public source, so a site may override that one error; the others are certain. Trimmed.
[[nodiscard]] Result<std::string> check_bank_number(std::string_view text);

}  // namespace counterfoil
