#include "core/bic.hpp"

#include <algorithm>

#include "core/mod97.hpp"

namespace counterfoil {

Result<std::string> check_bic(std::string_view text) {
  auto bic = upper_without_spaces(text);
  if (bic.size() != 8 && bic.size() != 11) {
    return std::unexpected(Error{.code = "bic.length",
                                 .explanation = "A BIC has 8 or 11 characters.",
                                 .remedy = "Write the bank's BIC as it stands on a bank statement, or leave it out.",
                                 .place = {},
                                 .kind = ErrorKind::input});
  }
  const auto alphanumeric = [](char c) { return is_digit(c) || is_upper(c); };
  // 4 institution, 2 country, 2 location, 3 branch.
  if (!std::ranges::all_of(bic, alphanumeric) || !is_upper(bic[4]) || !is_upper(bic[5])) {
    return std::unexpected(Error{.code = "bic.structure",
                                 .explanation = "A BIC has letters or digits only, and a country's two letters as its "
                                                "fifth and sixth character.",
                                 .remedy = "Write the bank's BIC as it stands on a bank statement, or leave it out.",
                                 .place = {},
                                 .kind = ErrorKind::input});
  }
  return bic;
}

bool same_bic(std::string_view left, std::string_view right) {
  const auto filled = [](std::string_view text) {
    auto bic = upper_without_spaces(text);
    if (bic.size() == 8) bic += "XXX";
    return bic;
  };
  return filled(left) == filled(right);
}

}  // namespace counterfoil
