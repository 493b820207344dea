#include "core/money.hpp"

#include <algorithm>
#include <charconv>

namespace counterfoil {
namespace {

// ISO 4217, the currencies of the schemes in `schemes/` and their neighbours.
constexpr std::array currencies{
    Currency{{'A', 'U', 'D'}, 2}, Currency{{'B', 'G', 'N'}, 2}, Currency{{'B', 'R', 'L'}, 2},
    Currency{{'C', 'A', 'D'}, 2}, Currency{{'C', 'H', 'F'}, 2}, Currency{{'C', 'N', 'Y'}, 2},
    Currency{{'C', 'Z', 'K'}, 2}, Currency{{'D', 'K', 'K'}, 2}, Currency{{'E', 'U', 'R'}, 2},
    Currency{{'G', 'B', 'P'}, 2}, Currency{{'H', 'K', 'D'}, 2}, Currency{{'H', 'U', 'F'}, 2},
    Currency{{'I', 'S', 'K'}, 0}, Currency{{'J', 'P', 'Y'}, 0}, Currency{{'N', 'O', 'K'}, 2},
    Currency{{'N', 'Z', 'D'}, 2}, Currency{{'P', 'L', 'N'}, 2}, Currency{{'R', 'O', 'N'}, 2},
    Currency{{'S', 'E', 'K'}, 2}, Currency{{'S', 'G', 'D'}, 2}, Currency{{'U', 'S', 'D'}, 2},
};

Error overflow() {
  return {.code = "money.overflow",
          .explanation = "The sum does not fit into 64 bits of minor units.",
          .remedy = "Split the batch.",
          .kind = ErrorKind::input};
}

Error not_an_amount(std::string_view decimal) {
  return {.code = "money.not-an-amount",
          .explanation = "'" + std::string{decimal.substr(0, 40)} + "' is not an amount.",
          .remedy = "Write digits with a point, such as 1234.50.",
          .kind = ErrorKind::input};
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  const auto found = std::ranges::find(currencies, code, &Currency::code);
  if (found == currencies.end()) {
    return std::unexpected(Error{.code = "money.currency",
                                 .explanation = "'" + std::string{code.substr(0, 10)} + "' is not a currency we know.",
                                 .remedy = "Use an ISO 4217 code in capitals, such as EUR.",
                                 .kind = ErrorKind::input});
  }
  return *found;
}

Result<Money> Money::parse(std::string_view decimal, Currency currency) {
  const auto point = decimal.find('.');
  const std::string_view whole = decimal.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : decimal.substr(point + 1);
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction) ||
      (point != std::string_view::npos && fraction.empty())) {
    return std::unexpected(not_an_amount(decimal));
  }
  std::int64_t minor = 0;
  const auto append_digit = [&minor](char digit) {
    return !__builtin_mul_overflow(minor, std::int64_t{10}, &minor) &&
           !__builtin_add_overflow(minor, std::int64_t{digit - '0'}, &minor);
  };
  for (const char digit : whole) {
    if (!append_digit(digit)) return std::unexpected(overflow());
  }
  for (std::size_t i = 0; i < currency.minor_digits(); ++i) {
    if (!append_digit(i < fraction.size() ? fraction[i] : '0')) return std::unexpected(overflow());
  }
  if (fraction.size() > currency.minor_digits() &&
      fraction.find_first_not_of('0', currency.minor_digits()) != std::string_view::npos) {
    return std::unexpected(Error{.code = "money.too-precise",
                                 .explanation = std::string{decimal.substr(0, 40)} + " has more digits after the point than " +
                                                std::string{currency.code()} + " allows.",
                                 .remedy = "Correct the amount; it is never rounded.",
                                 .kind = ErrorKind::input});
  }
  return Money{minor, currency};
}

std::string Money::decimal() const {
  const bool negative = minor_units_ < 0;
  // Unsigned, so that the most negative amount has a magnitude too.
  auto magnitude = static_cast<std::uint64_t>(minor_units_);
  if (negative) magnitude = 0U - magnitude;
  std::string digits = std::to_string(magnitude);
  const std::size_t places = currency_.minor_digits();
  if (places > 0) {
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

std::string Money::text() const {
  std::string digits = decimal();
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  const auto point = digits.find('.');
  for (std::size_t at = point == std::string::npos ? digits.size() : point; at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return std::string{currency_.code()} + " " + digits;
}

namespace {

Result<void> same_currency(Money left, Money right) {
  if (left.currency() == right.currency()) return {};
  return std::unexpected(Error{.code = "money.currency-mismatch",
                               .explanation = std::string{left.currency().code()} + " and " +
                                              std::string{right.currency().code()} + " cannot be added.",
                               .remedy = "Total each currency on its own.",
                               .kind = ErrorKind::input});
}

}  // namespace

Result<Money> checked_add(Money left, Money right) {
  if (auto same = same_currency(left, right); !same) return std::unexpected(same.error());
  std::int64_t sum = 0;
  if (__builtin_add_overflow(left.minor_units(), right.minor_units(), &sum)) return std::unexpected(overflow());
  return Money{sum, left.currency()};
}

Result<Money> checked_subtract(Money left, Money right) {
  if (auto same = same_currency(left, right); !same) return std::unexpected(same.error());
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(left.minor_units(), right.minor_units(), &difference)) return std::unexpected(overflow());
  return Money{difference, left.currency()};
}

}  // namespace counterfoil
