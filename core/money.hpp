// Amounts in minor units with checked arithmetic.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace counterfoil {

/// An ISO 4217 code and the number of digits after its decimal point.
class Currency {
 public:
  /// No currency: a word that carries no amount.
  constexpr Currency() = default;

  /// Fails with "money.currency" for anything but a currency we know (EUR, USD, CNY, ...).
  [[nodiscard]] static Result<Currency> parse(std::string_view code);

  constexpr Currency(std::array<char, 3> code, std::uint8_t minor_digits) : code_{code}, minor_digits_{minor_digits} {}

  [[nodiscard]] constexpr std::string_view code() const { return {code_.data(), code_[0] == '\0' ? 0U : 3U}; }
  [[nodiscard]] constexpr std::uint8_t minor_digits() const { return minor_digits_; }
  /// As one word: it is asked for every claim, and a call to compare three bytes costs more than writing the claim.
  friend constexpr bool operator==(const Currency& a, const Currency& b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
  }

 private:
  std::array<char, 3> code_{};
  std::uint8_t minor_digits_ = 0;
};

inline constexpr Currency euro{{'E', 'U', 'R'}, 2};
inline constexpr Currency us_dollar{{'U', 'S', 'D'}, 2};
inline constexpr Currency yuan{{'C', 'N', 'Y'}, 2};

/// An amount counted in minor units. Whole numbers only, because the control total of a file must
/// equal the sum of its records to the last cent.
class Money {
 public:
  constexpr Money() = default;
  constexpr Money(std::int64_t minor_units, Currency currency) : minor_units_{minor_units}, currency_{currency} {}

  /// Reads a plain decimal such as "1234.50": no sign, no grouping, a point. Trailing zeros beyond the
  /// minor digits are taken; other digits there are refused with "money.too-precise", never rounded.
  [[nodiscard]] static Result<Money> parse(std::string_view decimal, Currency currency);

  [[nodiscard]] constexpr std::int64_t minor_units() const { return minor_units_; }
  [[nodiscard]] constexpr Currency currency() const { return currency_; }

  /// "1234.50": no currency, no grouping. A negative amount has a leading minus.
  [[nodiscard]] std::string decimal() const;

  /// "EUR 1,234.50", for people.
  [[nodiscard]] std::string text() const;

  bool operator==(const Money&) const = default;

 private:
  std::int64_t minor_units_ = 0;
  Currency currency_;
};

/// Fails with "money.overflow" or "money.currency-mismatch" instead of wrapping or mixing:
/// a wrapped total still looks like money.
[[nodiscard]] Result<Money> checked_add(Money left, Money right);
[[nodiscard]] Result<Money> checked_subtract(Money left, Money right);

}  // namespace counterfoil
