#include "core/aba.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/mod97.hpp"

namespace counterfoil {
namespace {

Error fault(std::string code, std::string explanation) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = "Ask the payer for the routing number as it stands on a check or in online banking.",
          .place = {},
          .kind = ErrorKind::input};
}

// Weights 3, 7, 1: the weighted sum of all nine digits is a multiple of ten.
constexpr std::array<unsigned, 8> weights{3, 7, 1, 3, 7, 1, 3, 7};

unsigned check_digit(std::string_view digits) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i] * static_cast<unsigned>(digits[i] - '0');
  }
  return (10 - sum % 10) % 10;
}

Result<std::string> digits_only(std::string_view text, std::size_t length) {
  const auto digits = upper_without_spaces(text);
  if (!std::ranges::all_of(digits, is_digit)) {
    return std::unexpected(fault("aba.digits", "A routing number has digits only."));
  }
  if (digits.size() != length) {
    return std::unexpected(fault("aba.length", fmt::format("{} digits of a routing number were expected; there are {}.",
                                                           length, digits.size())));
  }
  return digits;
}

}  // namespace

Result<std::string> check_routing_number(std::string_view text) {
  auto number = digits_only(text, 9);
  if (!number) return number;
  if (check_digit(*number) != static_cast<unsigned>(number->back() - '0')) {
    return std::unexpected(fault(
        "aba.check-digit", "The last digit of the routing number does not fit: a digit is wrong or two are swapped."));
  }
  return number;
}

Result<char> routing_check_digit(std::string_view eight_digits) {
  const auto digits = digits_only(eight_digits, 8);
  if (!digits) return std::unexpected(digits.error());
  return static_cast<char>('0' + check_digit(*digits));
}

std::string_view routing_without_check_digit(std::string_view routing_number) { return routing_number.substr(0, 8); }

Result<std::uint64_t> routing_hash_part(std::string_view routing_number) {
  const auto digits = digits_only(routing_number, 9);
  if (!digits) return std::unexpected(digits.error());
  std::uint64_t part = 0;
  for (const char c : std::string_view{*digits}.substr(0, 8)) {
    part = part * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return part;
}

}  // namespace counterfoil
