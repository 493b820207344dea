// What the bytes of one field say, and the plain tests a layout makes of them. No allocation.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/date.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

[[nodiscard]] inline std::string_view bytes_at(std::string_view record, Span at) {
  return record.substr(at.offset, at.length);
}

/// Without blanks at either end.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

[[nodiscard]] inline bool is_blank(std::string_view text) {
  for (const char byte : text) {
    if (byte != ' ') return false;
  }
  return true;
}

/// Blank or only zeros, with at most one decimal point among them.
[[nodiscard]] inline bool is_zero(std::string_view text) {
  bool has_zero = false, has_point = false;
  for (const char byte : text) {
    if (byte == '.' && has_point) return false;
    has_point = has_point || byte == '.';
    has_zero = has_zero || byte == '0';
    if (byte != ' ' && byte != '0' && byte != '.') return false;
  }
  return has_zero || !has_point;
}

/// Eight digits at once: checked and added up inside one word, first digit in the lowest byte.
[[nodiscard]] inline bool parse_eight_digits(const char* digits, std::uint64_t& number) {
  static_assert(std::endian::native == std::endian::little, "the first digit is taken from the lowest byte");
  std::uint64_t word = 0;
  std::memcpy(&word, digits, 8);
  const std::uint64_t above_nine = (word + 0x0606060606060606U) | word;
  if ((word & 0xF0F0F0F0F0F0F0F0U) != 0x3030303030303030U || (above_nine & 0xF0F0F0F0F0F0F0F0U) != 0x3030303030303030U)
    return false;
  word &= 0x0F0F0F0F0F0F0F0FU;
  word = word * 10 + (word >> 8);
  number = (((word & 0x000000FF000000FFU) * 0x000F424000000064U) +
            (((word >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U)) >>
           32;
  return true;
}

/// All digits, none of them significant before the last eighteen; false otherwise.
[[nodiscard]] inline bool parse_digits(std::string_view digits, std::int64_t& number) {
  std::uint64_t total = 0;
  std::size_t at = 0;
  while (digits.size() - at > 18) [[unlikely]] {
    if (digits[at] != '0') return false;
    ++at;
  }
  if (at == digits.size()) return false;
  for (; digits.size() - at >= 8; at += 8) {
    std::uint64_t eight = 0;
    if (!parse_eight_digits(digits.data() + at, eight)) return false;
    total = total * 100'000'000 + eight;
  }
  unsigned worst = 0;
  for (; at < digits.size(); ++at) {
    const unsigned value = static_cast<unsigned char>(digits[at]) - unsigned{'0'};
    worst |= value > 9 ? 1U : 0U;
    total = total * 10 + value;
  }
  number = static_cast<std::int64_t>(total);
  return worst == 0;
}

/// The check digit of nine digits, known to be digits.
[[nodiscard]] inline bool is_right_routing_number(const char* nine) {
  const auto digit = [&](int i) { return nine[i] - '0'; };
  const int sum =
      3 * (digit(0) + digit(3) + digit(6)) + 7 * (digit(1) + digit(4) + digit(7)) + digit(2) + digit(5) + digit(8);
  return sum % 10 == 0;
}

/// The number of a digits, money or decimal field: digits, minor units. False when the bytes do not fit the type.
/// Blanks on the pad side are not digits, unless the pad is a blank.
[[nodiscard]] bool parse_number(const FieldPlan& field, std::string_view bytes, std::int64_t& number);

/// Whether the number of the field is its digits and nothing else: no sign, no decimal point, no blanks.
[[nodiscard]] inline bool is_plain_number(const FieldPlan& field) {
  return field.sign == SignPlace::none && field.pad == '0' && field.type != FieldType::decimal;
}

/// The day a date field says. `reference` gives the year where the field has none; nullopt when the bytes are no day.
[[nodiscard]] std::optional<Date> parse_date(const FieldPlan& field, std::string_view bytes, int century_pivot,
                                             std::optional<Date> reference);

/// Whether a date field could be a day, not knowing the year.
[[nodiscard]] bool may_be_date(const FieldPlan& field, std::string_view bytes, int century_pivot);

/// "HH:MM:SS" into `out` (8 bytes). False when the bytes are no time of day.
[[nodiscard]] bool parse_time(const FieldPlan& field, std::string_view bytes, char* out);

/// Whether the rule speaks of a value of this shape (aba: nine digits), and what it says.
enum class CheckDigitResult : std::uint8_t { right, wrong, not_applicable };
[[nodiscard]] CheckDigitResult check_digit_of(CheckDigit rule, std::string_view value);

/// The digit that belongs there, for messages; '?' where the rule has none.
[[nodiscard]] char expected_check_digit(CheckDigit rule, std::string_view value);

[[nodiscard]] inline bool in_ranges(const std::vector<ValueRange>& ranges, std::string_view value) {
  for (const ValueRange& range : ranges) {
    if (value == range.first) return true;
    if (value.size() == range.first.size() && value > range.first && value <= range.last) return true;
  }
  return false;
}

/// A test whose operand's bytes and code marks are known. `other` is looked at by same_as only.
[[nodiscard]] bool holds(const Test& test, std::string_view bytes, std::uint64_t marks, std::string_view other);

}  // namespace counterfoil
