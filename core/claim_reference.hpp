// The reference of a claim, made by the pattern of its scheme: what a bank hands back to say which claim it means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// What a pattern may name. `{environment}` is T or L, `{environment_digit}` 9 of a test and 1 otherwise, `{batch}` the
/// digits of the batch's number and `{number}` the number of the claim within it, `{batch:N}` and `{number:N}` the same
/// with zeros in front, `{mandate:N}` the last N characters of the mandate's reference with zeros in front. At the end
/// `{mod10}` or `{mod11}`: the check digit of a KID. Everything outside braces stands as it is.
struct ClaimReferenceParts {
  bool is_test = false;
  std::string_view batch;  // "42".
  std::uint64_t number = 0;
  std::string_view mandate;
};

/// Whether the pattern names nothing else, tells claims and environments apart, and has a check digit only behind all.
[[nodiscard]] bool is_claim_reference_pattern(std::string_view pattern);

/// What may stand in a pattern, for whoever wrote one that cannot be filled.
inline constexpr std::string_view claim_reference_words =
    "In braces stand environment or environment_digit, batch or batch:N, number or number:N, perhaps mandate:N, and at "
    "the end perhaps mod10 or mod11, with N from 1 to 35.";

/// Of a pattern that is one. "reference.too-large": a number has more digits than the pattern gives it.
/// "kid.not-a-number" and "kid.hyphen" as `make_kid` says: after a hyphen the next number is to be tried.
[[nodiscard]] Result<std::string> claim_reference_of(std::string_view pattern, const ClaimReferenceParts& parts);

}  // namespace counterfoil
