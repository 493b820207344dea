// What the bytes of one field say, and the plain tests a layout makes of them. No allocation.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/date.hpp"
#include "formats/plan.hpp"

namespace counterfoil {

[[nodiscard]] inline std::string_view bytes_at(std::string_view record, Span at) { return record.substr(at.offset, at.length); }

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

/// Blank or only zeros.
[[nodiscard]] inline bool is_zero(std::string_view text) {
  for (const char byte : text) {
    if (byte != ' ' && byte != '0' && byte != '.') return false;
  }
  return true;
}

/// All digits and at most 18 significant ones; false otherwise.
[[nodiscard]] bool parse_digits(std::string_view digits, std::int64_t& number);

/// The number of a digits, money or decimal field: digits, minor units. False when the bytes do not fit the type. Blanks on the pad
/// side are not digits, unless the pad is a blank.
[[nodiscard]] bool parse_number(const FieldPlan& field, std::string_view bytes, std::int64_t& number);

/// The day a date field says. `reference` gives the year where the field has none; nullopt when the bytes are no day.
[[nodiscard]] std::optional<Date> parse_date(const FieldPlan& field, std::string_view bytes, int century_pivot, std::optional<Date> reference);

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
