#include "core/kid.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace counterfoil {
namespace {

constexpr std::size_t longest_number = 24;

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= longest_number &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int value_of(char digit) { return digit - '0'; }

char mod10(std::string_view number) {
  int sum = 0, weight = 2;
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
    const int product = value_of(*digit) * weight;
    sum += product / 10 + product % 10;
    weight = 3 - weight;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

char mod11(std::string_view number) {
  int sum = 0, weight = 2;
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
    sum += value_of(*digit) * weight;
    weight = weight == 7 ? 2 : weight + 1;
  }
  const int check = (11 - sum % 11) % 11;
  return check == 10 ? '-' : static_cast<char>('0' + check);
}

}  // namespace

Result<char> kid_check_digit(std::string_view number, KidRule rule) {
  if (!is_number(number)) {
    return std::unexpected(Error{.code = "kid.not-a-number",
                                 .explanation = fmt::format("\"{}\" cannot become a KID.", number),
                                 .remedy = "Give 1 to 24 digits; the check digit is added behind them.",
                                 .place = {},
                                 .kind = ErrorKind::input});
  }
  return rule == KidRule::mod10 ? mod10(number) : mod11(number);
}

Result<std::string> make_kid(std::string_view number, KidRule rule) {
  const auto check = kid_check_digit(number, rule);
  if (!check) return std::unexpected(check.error());
  if (*check == '-') {
    return std::unexpected(Error{.code = "kid.hyphen",
                                 .explanation = fmt::format("The KID of {} would end in a hyphen.", number),
                                 .remedy = "Skip this number and take the next.",
                                 .place = {},
                                 .kind = ErrorKind::input});
  }
  return std::string{number} + *check;
}

bool is_kid(std::string_view kid, KidRule rule) {
  if (kid.size() < 2) return false;
  const auto check = kid_check_digit(kid.substr(0, kid.size() - 1), rule);
  return check && *check == kid.back();
}

}  // namespace counterfoil
