#include "core/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace counterfoil {
namespace {

TEST(MoneyParse, ReadsADecimalWithoutFloatingPoint) {
  EXPECT_EQ(Money::parse("1.15", yuan)->minor_units(), 115);
  EXPECT_EQ(Money::parse("19.99", yuan)->minor_units(), 1999);
  EXPECT_EQ(Money::parse("0.29", yuan)->minor_units(), 29);
  EXPECT_EQ(Money::parse("4.35", yuan)->minor_units(), 435);
  EXPECT_EQ(Money::parse("000000000000149.87", euro)->minor_units(), 14987);
  EXPECT_EQ(Money::parse("10.1", euro)->minor_units(), 1010);
  EXPECT_EQ(Money::parse("7", euro)->minor_units(), 700);
}

TEST(MoneyParse, TakesTrailingZerosAndRefusesDigitsBeyondTheCent) {
  EXPECT_EQ(Money::parse("8.85000", euro)->minor_units(), 885);
  const auto precise = Money::parse("8.85001", euro);
  ASSERT_FALSE(precise);
  EXPECT_EQ(precise.error().code, "money.too-precise");
}

TEST(MoneyParse, RefusesWhatIsNotAnAmount) {
  for (const auto* text : {"", ".", "1.", ".5", "-1.00", "+1", "1,00", "1e3", " 1", "1.0.0", "\xD9\xA1"}) {
    EXPECT_FALSE(Money::parse(text, euro)) << text;
  }
}

TEST(MoneyParse, RefusesInsteadOfWrapping) {
  EXPECT_TRUE(Money::parse("92233720368547758.07", euro));
  EXPECT_FALSE(Money::parse("92233720368547758.08", euro));
}

TEST(MoneyText, WritesPointAndGroups) {
  EXPECT_EQ((Money{100000000, us_dollar}.text()), "USD 1,000,000.00");
  EXPECT_EQ((Money{5, euro}.decimal()), "0.05");
  EXPECT_EQ((Money{-5, euro}.text()), "EUR -0.05");
  EXPECT_EQ((Money{-123456, euro}.text()), "EUR -1,234.56");
  EXPECT_EQ((Money{std::numeric_limits<std::int64_t>::min(), euro}.decimal()), "-92233720368547758.08");
}

TEST(CheckedAdd, RefusesToMixTwoCurrencies) {
  const auto sum = checked_add(Money{100, euro}, Money{100, us_dollar});
  ASSERT_FALSE(sum.has_value());
  EXPECT_EQ(sum.error().code, "money.currency-mismatch");
}

TEST(CheckedAdd, RefusesInsteadOfWrapping) {
  EXPECT_FALSE(checked_add(Money{std::numeric_limits<std::int64_t>::max(), euro}, Money{1, euro}));
  EXPECT_FALSE(checked_subtract(Money{std::numeric_limits<std::int64_t>::min(), euro}, Money{1, euro}));
}

TEST(CurrencyParse, KnowsDigitsAfterThePoint) {
  EXPECT_EQ(Currency::parse("JPY")->minor_digits(), 0);
  EXPECT_EQ(Currency::parse("EUR")->minor_digits(), 2);
  EXPECT_FALSE(Currency::parse("eur"));
  EXPECT_FALSE(Currency::parse(""));
}

}  // namespace
}  // namespace counterfoil
