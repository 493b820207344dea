#include "core/cnaps.hpp"

#include <algorithm>

#include "core/mod97.hpp"

namespace counterfoil {
namespace {

Error fault(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::input};
}

// ISO 7064 MOD 11,10 over the first eleven digits.
unsigned check_digit(std::string_view digits) {
  unsigned product = 10;
  for (const char c : digits) {
    product = (product + static_cast<unsigned>(c - '0')) % 10;
    if (product == 0) product = 10;
    product = product * 2 % 11;
  }
  return (11 - product) % 10;
}

}  // namespace

Result<std::string> check_bank_number(std::string_view text) {
  auto number = upper_without_spaces(text);
  if (!std::ranges::all_of(number, is_digit)) {
    return std::unexpected(fault("cnaps.digits", "A payment system bank number has digits only.",
                                 "Look the bank up in the list of payment system bank numbers."));
  }
  if (number.size() != 12) {
    return std::unexpected(fault("cnaps.length", "A payment system bank number has 12 digits.",
                                 "Look the bank up in the list of payment system bank numbers."));
  }
  if (check_digit(std::string_view{number}.substr(0, 11)) != static_cast<unsigned>(number.back() - '0')) {
    return std::unexpected(
        fault("cnaps.check-digit", "The last digit of the payment system bank number does not fit.",
              "Look the bank up in the list of payment system bank numbers; if the number is right all the "
              "same, allow it for this site."));
  }
  return number;
}

}  // namespace counterfoil
