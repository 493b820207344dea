#include "core/number_form.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/mod97.hpp"

namespace counterfoil {

std::optional<std::string> number_of_digits(std::string_view text, unsigned digits) {
  std::string number;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '.') continue;
    if (!is_digit(c)) return std::nullopt;
    number += c;
  }
  if (number.empty() || number.size() > digits) return std::nullopt;
  return std::string(digits - number.size(), '0') + number;
}

Result<void> check_account_digits(std::string_view account, unsigned digits) {
  if (account.size() == digits && std::ranges::all_of(account, is_digit)) return {};
  return std::unexpected(
      Error{.code = "account.digits",
            .explanation = fmt::format("The account is not {} digits.", digits),
            .remedy = "Write the number of the bank and that of the account in one, with the zeros the payer's bank puts "
                      "between or in front.",
            .kind = ErrorKind::input});
}

}  // namespace counterfoil
