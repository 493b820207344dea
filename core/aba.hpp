// American routing numbers: nine digits, the last one a check digit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// "aba.length", "aba.digits", "aba.check-digit". Trimmed.
[[nodiscard]] Result<std::string> check_routing_number(std::string_view text);

/// The check digit that belongs to the first eight digits.
[[nodiscard]] Result<char> routing_check_digit(std::string_view eight_digits);

/// The first eight digits: how entries, traces and batches name a bank. What is shorter is given back as it is.
[[nodiscard]] std::string_view routing_without_check_digit(std::string_view routing_number);

/// The first eight digits as a number: what an entry adds to the entry hash.
[[nodiscard]] Result<std::uint64_t> routing_hash_part(std::string_view routing_number);

}  // namespace counterfoil
