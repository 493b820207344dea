// SEPA creditor identifier (EPC262-08).
#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// Spaces removed, upper-cased and checked: "creditor-id.length", "creditor-id.structure", "creditor-id.country",
/// "creditor-id.check-digits". Positions 5 to 7, the business code, take no part in the check.
[[nodiscard]] Result<std::string> check_creditor_id(std::string_view text);

/// Equal without positions 5 to 7: the business code is no part of the identity.
[[nodiscard]] bool same_creditor(std::string_view left, std::string_view right);

/// The unique mandate reference as it is compared: upper case, runs of blanks removed.
[[nodiscard]] std::string mandate_reference_key(std::string_view reference);

}  // namespace counterfoil
