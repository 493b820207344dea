// KID, the customer identification of Norwegian giro: 2 to 25 digits, the last of which is a check digit. The agreement
// with the bank says by which rule and in which length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

enum class KidRule : std::uint8_t {
  mod10,  // Weights 2, 1, 2, 1 ... from the right, the digits of the products summed.
  mod11,  // Weights 2, 3, 4, 5, 6, 7, 2 ... from the right. Ten is a hyphen.
};

/// The check digit of `number`: '0' to '9', or '-' for a ten of MOD11. "kid.not-a-number" unless it is 1 to 24 digits.
[[nodiscard]] Result<char> kid_check_digit(std::string_view number, KidRule rule);

/// `number` with its check digit. A MOD11 number that would end in a hyphen is "kid.hyphen": banks take digits only, so
/// whoever numbers bills skips it.
[[nodiscard]] Result<std::string> make_kid(std::string_view number, KidRule rule);

/// Whether the last character is the check digit of those before it.
[[nodiscard]] bool is_kid(std::string_view kid, KidRule rule);

}  // namespace counterfoil
