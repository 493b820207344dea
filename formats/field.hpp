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
  static_assert(std::endian::native == std::endian::little, "the last character is taken from the highest byte");
  while (text.size() >= 8) {  // Eight blanks at once: texts are short in long fields.
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + text.size() - 8, 8);
    word ^= 0x2020202020202020U;
    text.remove_suffix(static_cast<std::size_t>(std::countl_zero(word)) / 8);
    if (word != 0) break;
  }
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
  if (!text.empty() && text.back() > '0' && text.back() <= '9') return false;
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
[[nodiscard]] inline bool parse_eight_digits(std::uint64_t word, std::uint64_t& number) {
  static_assert(std::endian::native == std::endian::little, "the first digit is taken from the lowest byte");
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

/// One to seven digits that end at `end`, as a word of eight with zeros before them. `has_eight`: the eight bytes
/// before `end` may be read.
[[nodiscard]] inline std::uint64_t word_of_digits(const char* end, std::size_t count, bool has_eight) {
  constexpr std::uint64_t zeros = 0x3030303030303030U;
  const std::size_t free_bits = 8 * (8 - count);
  std::uint64_t word = 0;
  if (has_eight) {
    std::memcpy(&word, end - 8, 8);
    word = word >> free_bits << free_bits;
  } else if (count >= 4) {  // Two overlapping halves.
    std::uint32_t first = 0, last = 0;
    std::memcpy(&first, end - count, 4);
    std::memcpy(&last, end - 4, 4);
    word = std::uint64_t{first} << free_bits | std::uint64_t{last} << 32U;
  } else {
    for (std::size_t i = 0; i < count; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(end[-1 - static_cast<std::ptrdiff_t>(i)])} << (56 - 8 * i);
  }
  return word | zeros >> (64 - free_bits);
}

/// All digits, none of them significant before the last eighteen; false otherwise.
[[nodiscard]] inline bool parse_digits(std::string_view digits, std::int64_t& number) {
  const char* at = digits.data();
  const char* const end = at + digits.size();
  for (; end - at > 18; ++at) {
    if (*at != '0') return false;
  }
  if (at == end) return false;
  // The odd digits first, then eights up to the end: a writer puts numbers there in the same pieces, and a processor is
  // slow to read a piece that was just written in others.
  std::uint64_t total = 0, part = 0, word = 0;
  const auto odd = static_cast<std::size_t>(end - at) % 8;
  if (odd >= 3) {
    if (!parse_eight_digits(word_of_digits(at + odd, odd, at + odd - digits.data() >= 8), total)) return false;
    at += odd;
  } else {
    for (const char* const from = at + odd; at != from; ++at) {
      const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
      if (digit > 9) return false;
      total = total * 10 + digit;
    }
  }
  for (; at != end; at += 8) {
    std::memcpy(&word, at, 8);
    if (!parse_eight_digits(word, part)) return false;
    total = total * 100'000'000 + part;
  }
  number = static_cast<std::int64_t>(total);
  return true;
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
