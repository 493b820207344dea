#include "formats/field.hpp"

#include <array>
#include <chrono>

namespace counterfoil {
namespace {

std::optional<int> two_or_four(std::string_view digits) {
  std::int64_t number = 0;
  if (!parse_digits(digits, number)) return std::nullopt;
  return static_cast<int>(number);
}

std::string_view part_of(std::string_view bytes, Span at) { return bytes.substr(at.offset, at.length); }

std::optional<Date> day_in_year(int year, int day_of_year) {
  if (day_of_year < 1 || day_of_year > 366) return std::nullopt;
  const Date day = make_date(year, 1, 1) + std::chrono::days{day_of_year - 1};
  if (std::chrono::year_month_day{day}.year() != std::chrono::year{year}) return std::nullopt;
  return day;
}

std::optional<Date> day_in_month(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (month < 1 || day < 1 || !date.ok()) return std::nullopt;
  return Date{date};
}

std::optional<Date> day_of(const DatePattern& pattern, std::string_view bytes, int year) {
  if (pattern.day_of_year.length != 0) {
    const auto number = two_or_four(part_of(bytes, pattern.day_of_year));
    return number ? day_in_year(year, *number) : std::nullopt;
  }
  const auto month = two_or_four(part_of(bytes, pattern.month));
  const auto day = two_or_four(part_of(bytes, pattern.day));
  return month && day ? day_in_month(year, *month, *day) : std::nullopt;
}

/// The latest day of that number that is not after the reference.
std::optional<Date> day_before(std::string_view bytes, Date reference) {
  const auto day = two_or_four(bytes);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day last{reference};
  for (std::chrono::year_month month{last.year(), last.month()}; month.year() >= last.year() - std::chrono::years{1};
       month -= std::chrono::months{1}) {
    const auto found =
        day_in_month(static_cast<int>(month.year()), static_cast<int>(static_cast<unsigned>(month.month())), *day);
    if (found && *found <= reference) return found;
  }
  return std::nullopt;
}

/// Separators of the pattern stand where it says.
bool separators_match(const DatePattern& pattern, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char letter = pattern.text[i];
    if (letter != 'Y' && letter != 'M' && letter != 'D' && bytes[i] != letter) return false;
  }
  return true;
}

std::optional<int> year_of(const DatePattern& pattern, std::string_view bytes, int century_pivot) {
  const auto number = two_or_four(part_of(bytes, pattern.year));
  if (!number || pattern.year.length == 4) return number;
  return *number + (*number < century_pivot ? 2000 : 1900);
}

bool is_all_digits(std::string_view text) {
  for (const char byte : text) {
    if (byte < '0' || byte > '9') return false;
  }
  return !text.empty();
}

int digit(char byte) { return byte - '0'; }

char aba_digit(std::string_view eight) {
  constexpr std::array weights{3, 7, 1, 3, 7, 1, 3, 7};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += weights[i] * digit(eight[i]);
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// ISO 7064 MOD 11,10.
char mod11_10_digit(std::string_view digits) {
  int product = 10;
  for (const char byte : digits) {
    int sum = (product + digit(byte)) % 10;
    if (sum == 0) sum = 10;
    product = 2 * sum % 11;
  }
  return static_cast<char>('0' + (11 - product) % 10);
}

char luhn_digit(std::string_view digits) {
  int sum = 0;
  bool doubles = true;
  for (std::size_t i = digits.size(); i-- > 0; doubles = !doubles) {
    int value = digit(digits[i]) * (doubles ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// Weights 2 to 7 from the right; the rest 1 has a hyphen for a digit.
char mod11_digit(std::string_view digits) {
  int sum = 0, weight = 2;
  for (std::size_t i = digits.size(); i-- > 0; weight = weight == 7 ? 2 : weight + 1) sum += digit(digits[i]) * weight;
  const int check = (11 - sum % 11) % 11;
  return check == 10 ? '-' : static_cast<char>('0' + check);
}

std::size_t length_of_rule(CheckDigit rule) {
  if (rule == CheckDigit::aba) return 9;
  return rule == CheckDigit::mod11_10 ? 12 : 0;
}

/// Last digit as sign and digit at once: { and A-I positive, } and J-R negative.
bool split_overpunch(char byte, char& last, bool& negative) {
  negative = false;
  last = byte;
  if (byte >= '0' && byte <= '9') return true;
  if (byte == '{' || byte == '}') {
    last = '0';
    negative = byte == '}';
    return true;
  }
  if (byte >= 'A' && byte <= 'I') {
    last = static_cast<char>('1' + (byte - 'A'));
    return true;
  }
  if (byte >= 'J' && byte <= 'R') {
    last = static_cast<char>('1' + (byte - 'J'));
    negative = true;
    return true;
  }
  return false;
}

bool parse_decimal(std::string_view text, std::uint8_t decimals, std::int64_t& number) {
  const std::size_t point = text.find('.');
  if (decimals == 0) return point == std::string_view::npos && parse_digits(text, number);
  if (point == std::string_view::npos || text.size() - point - 1 != decimals || point == 0) return false;
  std::int64_t whole = 0, part = 0, scaled = 0;
  if (!parse_digits(text.substr(0, point), whole) || !parse_digits(text.substr(point + 1), part)) return false;
  std::int64_t scale = 1;
  for (std::uint8_t i = 0; i < decimals; ++i) scale *= 10;
  return !__builtin_mul_overflow(whole, scale, &scaled) && !__builtin_add_overflow(scaled, part, &number);
}

}  // namespace

bool parse_number(const FieldPlan& field, std::string_view bytes, std::int64_t& number) {
  if (field.sign == SignPlace::none && field.pad == '0' && field.type != FieldType::decimal)
    return parse_digits(bytes, number);
  std::string_view text = field.pad == '0' ? bytes : trimmed(bytes);
  if (field.type == FieldType::decimal && field.pad == '0') text = bytes;
  bool negative = false;
  std::array<char, 40> copy;
  if (field.sign == SignPlace::overpunch) {
    if (text.empty() || text.size() > copy.size()) return false;
    std::memcpy(copy.data(), text.data(), text.size());
    if (!split_overpunch(text.back(), copy[text.size() - 1], negative)) return false;
    text = {copy.data(), text.size()};
  } else if (field.sign != SignPlace::none && !text.empty()) {
    const bool leading = field.sign == SignPlace::leading;
    const char sign = leading ? text.front() : text.back();
    if (sign == '+' || sign == '-' || sign == ' ') {
      negative = sign == '-';
      leading ? text.remove_prefix(1) : text.remove_suffix(1);
    }
  }
  const bool fits =
      field.type == FieldType::decimal ? parse_decimal(text, field.decimals, number) : parse_digits(text, number);
  if (negative) number = -number;
  return fits;
}

std::optional<Date> parse_date(const FieldPlan& field, std::string_view bytes, int century_pivot,
                               std::optional<Date> reference) {
  const DatePattern& pattern = field.date;
  if (bytes.size() != pattern.text.size() || !separators_match(pattern, bytes)) return std::nullopt;
  if (pattern.year.length != 0) {
    const auto year = year_of(pattern, bytes, century_pivot);
    return year ? day_of(pattern, bytes, *year) : std::nullopt;
  }
  if (!reference) return std::nullopt;
  if (pattern.month.length == 0 && pattern.day_of_year.length == 0) return day_before(bytes, *reference);
  const int middle = static_cast<int>(std::chrono::year_month_day{*reference}.year());
  std::optional<Date> nearest;
  for (const int year : {middle - 1, middle, middle + 1}) {
    const auto day = day_of(pattern, bytes, year);
    if (day && (!nearest || std::chrono::abs(*day - *reference) < std::chrono::abs(*nearest - *reference)))
      nearest = day;
  }
  return nearest;
}

bool may_be_date(const FieldPlan& field, std::string_view bytes, int century_pivot) {
  // 2000 is a leap year: every day and every day number of some year exists in it.
  return parse_date(field, bytes, century_pivot, make_date(2000, 7, 1)).has_value();
}

bool parse_time(const FieldPlan& field, std::string_view bytes, char* out) {
  const TimePattern& pattern = field.time;
  if (bytes.size() != pattern.text.size()) return false;
  const std::array<std::pair<Span, int>, 3> parts{{{pattern.hour, 23}, {pattern.minute, 59}, {pattern.second, 59}}};
  std::memcpy(out, "00:00:00", 8);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& [at, most] = parts[i];
    if (at.length == 0) continue;
    const auto value = two_or_four(part_of(bytes, at));
    if (!value || *value > most) return false;
    std::memcpy(out + 3 * i, bytes.data() + at.offset, 2);
  }
  return true;
}

CheckDigitResult check_digit_of(CheckDigit rule, std::string_view value) {
  if (rule == CheckDigit::kid) {
    // A customer identification of a Norwegian payee ends with a digit of modulo 10 or of modulo 11, as agreed.
    if (value.size() < 2 || !is_all_digits(value.substr(0, value.size() - 1))) return CheckDigitResult::not_applicable;
    const std::string_view body = value.substr(0, value.size() - 1);
    return value.back() == luhn_digit(body) || value.back() == mod11_digit(body) ? CheckDigitResult::right
                                                                                 : CheckDigitResult::wrong;
  }
  if (rule == CheckDigit::none || value.size() < 2 || !is_all_digits(value)) return CheckDigitResult::not_applicable;
  if (const std::size_t length = length_of_rule(rule); length != 0 && value.size() != length)
    return CheckDigitResult::not_applicable;
  if (rule == CheckDigit::mod97) {
    int rest = 0;
    for (const char byte : value) rest = (rest * 10 + digit(byte)) % 97;
    return rest == 1 ? CheckDigitResult::right : CheckDigitResult::wrong;
  }
  return expected_check_digit(rule, value) == value.back() ? CheckDigitResult::right : CheckDigitResult::wrong;
}

char expected_check_digit(CheckDigit rule, std::string_view value) {
  if (value.size() < 2) return '?';
  const std::string_view body = value.substr(0, value.size() - 1);
  switch (rule) {
    case CheckDigit::aba:
      return body.size() == 8 ? aba_digit(body) : '?';
    case CheckDigit::mod11_10:
      return mod11_10_digit(body);
    case CheckDigit::luhn:
      return luhn_digit(body);
    case CheckDigit::mod97:
    case CheckDigit::kid:
    case CheckDigit::none:
      break;
  }
  return '?';
}

bool holds(const Test& test, std::string_view bytes, std::uint64_t marks, std::string_view other) {
  bool result = false;
  switch (test.kind) {
    case Test::Kind::value_in:
      result = in_ranges(test.values, trimmed(bytes));
      break;
    case Test::Kind::marked:
      result = (marks & test.marks) != 0;
      break;
    case Test::Kind::present:
      result = !is_blank(bytes);
      break;
    case Test::Kind::zero:
      result = is_zero(bytes);
      break;
    case Test::Kind::same_as:
      result = trimmed(bytes) == trimmed(other);
      break;
    case Test::Kind::at_least:
    case Test::Kind::at_most: {
      std::int64_t number = 0;
      const bool is_number = parse_digits(trimmed(bytes), number);
      result = is_number && (test.kind == Test::Kind::at_least ? number >= test.limit : number <= test.limit);
      break;
    }
  }
  return result != test.negated;
}

}  // namespace counterfoil
