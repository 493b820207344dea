// What single fields say, at the edges of what they can hold.
#include "formats/field.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "formats/charset.hpp"

namespace counterfoil {
namespace {

FieldPlan field_of(FieldType type, std::size_t length, std::string_view pattern = {}) {
  FieldPlan field;
  field.type = type;
  field.at = {0, static_cast<std::uint32_t>(length)};
  if (type == FieldType::digits || type == FieldType::money || type == FieldType::decimal) field.pad = '0';
  field.decimals = 2;
  if (type == FieldType::date) {
    field.date.text = pattern;
    const auto part = [&](std::string_view letters) {
      const std::size_t at = pattern.find(letters);
      return at == std::string_view::npos
                 ? Span{}
                 : Span{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(letters.size())};
    };
    field.date.year = part("YYYY").length != 0 ? part("YYYY") : part("YY");
    field.date.month = part("MM");
    field.date.day_of_year = part("DDD");
    field.date.day = field.date.day_of_year.length != 0 ? Span{} : part("DD");
  }
  return field;
}

std::optional<std::int64_t> number_in(const FieldPlan& field, std::string_view bytes) {
  std::int64_t number = 0;
  if (!parse_number(field, bytes, number)) return std::nullopt;
  return number;
}

TEST(ParseDigits, TakesEveryLengthAndNothingElse) {
  std::int64_t number = 0;
  std::string digits;
  for (std::size_t length = 1; length <= 18; ++length) {
    digits.push_back(static_cast<char>('0' + length % 10));
    EXPECT_TRUE(parse_digits(digits, number)) << digits;
    EXPECT_EQ(number, std::stoll(digits));
    for (std::size_t at = 0; at < length; ++at) {
      for (const char wrong : {' ', '/', ':', 'A', '\x80', '\xB0'}) {
        std::string spoilt = digits;
        spoilt[at] = wrong;
        EXPECT_FALSE(parse_digits(spoilt, number)) << spoilt;
      }
    }
  }
  EXPECT_FALSE(parse_digits("", number));
}

TEST(ParseDigits, RefusesWhatDoesNotFitAndTakesZerosBefore) {
  std::int64_t number = 0;
  EXPECT_TRUE(parse_digits("000000000000999999999999999999", number));
  EXPECT_EQ(number, 999'999'999'999'999'999);
  EXPECT_FALSE(parse_digits("1999999999999999999", number));
}

RC_GTEST_PROP(ParseDigits, ReadsBackWhatWasWritten, ()) {
  const auto value = *rc::gen::inRange<std::int64_t>(0, 999'999'999'999'999'999);
  const std::string plain = std::to_string(value);
  const std::string digits(*rc::gen::inRange<std::size_t>(0, 6), '0');
  std::int64_t number = -1;
  RC_ASSERT(parse_digits(digits + plain, number));
  RC_ASSERT(number == value);
}

TEST(ParseNumber, ReadsDecimalsOnlyWithTheirDigits) {
  const FieldPlan yuan = field_of(FieldType::decimal, 16);
  EXPECT_EQ(number_in(yuan, "0000000001296.51"), 129651);
  EXPECT_EQ(number_in(yuan, "0000000000000.00"), 0);
  EXPECT_EQ(number_in(yuan, "00000000001296.5"), std::nullopt);
  EXPECT_EQ(number_in(yuan, "0000000000129651"), std::nullopt);
  EXPECT_EQ(number_in(yuan, "             .51"), std::nullopt);
  EXPECT_EQ(number_in(yuan, "0000000001296,51"), std::nullopt);
  FieldPlan blank = yuan;
  blank.pad = ' ';
  EXPECT_EQ(number_in(blank, "          154.50"), 15450);
}

TEST(ParseNumber, ReadsSignsWhereTheyStand) {
  FieldPlan field = field_of(FieldType::money, 6);
  field.sign = SignPlace::leading;
  EXPECT_EQ(number_in(field, "-00123"), -123);
  EXPECT_EQ(number_in(field, "+00123"), 123);
  field.sign = SignPlace::trailing;
  EXPECT_EQ(number_in(field, "00123-"), -123);
  field.sign = SignPlace::overpunch;
  EXPECT_EQ(number_in(field, "00012L"), -123);
  EXPECT_EQ(number_in(field, "00012C"), 123);
  EXPECT_EQ(number_in(field, "00012}"), -120);
  EXPECT_EQ(number_in(field, "00012{"), 120);
  EXPECT_EQ(number_in(field, "00012Z"), std::nullopt);
}

TEST(ParseDate, ReadsEveryOrderAndNoDayThatIsNone) {
  EXPECT_EQ(parse_date(field_of(FieldType::date, 6, "YYMMDD"), "261103", 80, {}), make_date(2026, 11, 3));
  EXPECT_EQ(parse_date(field_of(FieldType::date, 6, "DDMMYY"), "031190", 80, {}), make_date(1990, 11, 3));
  EXPECT_EQ(parse_date(field_of(FieldType::date, 8, "YYYYMMDD"), "20240229", 80, {}), make_date(2024, 2, 29));
  EXPECT_EQ(parse_date(field_of(FieldType::date, 8, "YYYYMMDD"), "20250229", 80, {}), std::nullopt);
  EXPECT_EQ(parse_date(field_of(FieldType::date, 10, "YYYY-MM-DD"), "2026-11-03", 80, {}), make_date(2026, 11, 3));
  EXPECT_EQ(parse_date(field_of(FieldType::date, 10, "YYYY-MM-DD"), "2026/11/03", 80, {}), std::nullopt);
  EXPECT_EQ(parse_date(field_of(FieldType::date, 6, "YYMMDD"), "261303", 80, {}), std::nullopt);
  EXPECT_EQ(parse_date(field_of(FieldType::date, 6, "YYMMDD"), "26 103", 80, {}), std::nullopt);
}

TEST(ParseDate, TakesTheYearNearestToTheFile) {
  const FieldPlan day = field_of(FieldType::date, 3, "DDD");
  EXPECT_EQ(parse_date(day, "309", 80, make_date(2026, 11, 5)), make_date(2026, 11, 5));
  EXPECT_EQ(parse_date(day, "002", 80, make_date(2026, 12, 31)), make_date(2027, 1, 2));
  EXPECT_EQ(parse_date(day, "364", 80, make_date(2027, 1, 2)), make_date(2026, 12, 30));
  EXPECT_EQ(parse_date(day, "366", 80, make_date(2028, 12, 31)), make_date(2028, 12, 31));
  EXPECT_EQ(parse_date(day, "367", 80, make_date(2028, 12, 31)), std::nullopt);
  EXPECT_EQ(parse_date(day, "000", 80, make_date(2028, 12, 31)), std::nullopt);
  EXPECT_EQ(parse_date(day, "309", 80, {}), std::nullopt);
  EXPECT_EQ(parse_date(field_of(FieldType::date, 4, "MMDD"), "0102", 80, make_date(2026, 12, 30)),
            make_date(2027, 1, 2));
}

TEST(CheckDigitOf, KnowsTheRulesAndTheirLimits) {
  EXPECT_EQ(check_digit_of(CheckDigit::aba, "076401251"), CheckDigitResult::right);
  EXPECT_EQ(check_digit_of(CheckDigit::aba, "231380104"), CheckDigitResult::right);
  EXPECT_EQ(check_digit_of(CheckDigit::aba, "231380105"), CheckDigitResult::wrong);
  EXPECT_EQ(check_digit_of(CheckDigit::aba, "1234567890"), CheckDigitResult::not_applicable) << "a company number";
  EXPECT_EQ(expected_check_digit(CheckDigit::aba, "231380105"), '4');
  EXPECT_EQ(check_digit_of(CheckDigit::mod11_10, "102100099996"), CheckDigitResult::right);
  EXPECT_EQ(check_digit_of(CheckDigit::mod11_10, "102584000002"), CheckDigitResult::right);
  EXPECT_EQ(check_digit_of(CheckDigit::mod11_10, "999999999999"), CheckDigitResult::wrong);
  EXPECT_EQ(check_digit_of(CheckDigit::luhn, "79927398713"), CheckDigitResult::right);
  EXPECT_EQ(check_digit_of(CheckDigit::luhn, "79927398710"), CheckDigitResult::wrong);
  EXPECT_EQ(check_digit_of(CheckDigit::mod97, "98"), CheckDigitResult::right);
}

TEST(IsZero, TakesBlanksZerosAndOnePoint) {
  for (const char* text : {"", "   ", "000", " 00", "0000000000000.00"}) EXPECT_TRUE(is_zero(text)) << text;
  for (const char* text : {".", "...", "0.0.0", "001", "A"}) EXPECT_FALSE(is_zero(text)) << text;
}

TEST(Charset, CountsBytesAndNeverCutsACharacter) {
  const std::string name = "\xE7\x8E\x8B\xF0\xAC\x80\xA9";  // A character of two bytes and one of four in GB18030.
  const auto bytes = from_utf8(Charset::gb18030, name);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(bytes->size(), 6U);
  EXPECT_EQ(to_utf8(Charset::gb18030, *bytes), name);
  EXPECT_EQ(from_utf8(Charset::gbk, name), std::nullopt);
  EXPECT_EQ(first_missing(Charset::gbk, name), "\xF0\xAC\x80\xA9");
  EXPECT_EQ(first_missing(Charset::gb18030, name), "");
  EXPECT_EQ(cut_to_bytes(Charset::gb18030, *bytes, 5).size(), 2U);
  EXPECT_EQ(cut_to_bytes(Charset::gb18030, *bytes, 6).size(), 6U);
  EXPECT_EQ(cut_to_bytes(Charset::gb18030, *bytes, 1).size(), 0U);
  EXPECT_EQ(to_utf8(Charset::gb18030, "\x81"), std::nullopt);
  EXPECT_EQ(to_utf8(Charset::latin1, "\xC9"), "\xC3\x89");
}

}  // namespace
}  // namespace counterfoil
