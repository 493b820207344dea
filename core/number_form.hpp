// Numbers of a fixed count of digits, zeros in front, as files write them: a bankgiro number, a payer number.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// The number with zeros in front, `digits` in all; blanks, hyphens and dots fall away. nullopt where anything else stands
/// in it, where it is too long, or where no digit is.
[[nodiscard]] std::optional<std::string> number_of_digits(std::string_view text, unsigned digits);

/// "account.digits" unless these are so many digits and nothing else. Zeros may stand between the number of the bank and
/// that of the account, so that none can be put in front.
[[nodiscard]] Result<void> check_account_digits(std::string_view account, unsigned digits);

}  // namespace counterfoil
