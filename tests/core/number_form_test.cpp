#include "core/number_form.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

TEST(NumberForm, PutsZerosInFrontAndDropsWhatPeopleWriteBetween) {
  EXPECT_EQ(number_of_digits("991-2346", 10), "0009912346");
  EXPECT_EQ(number_of_digits(" 991 23.46 ", 10), "0009912346");
  EXPECT_EQ(number_of_digits("0009912346", 10), "0009912346");
}

TEST(NumberForm, RefusesLettersNothingAndTooMuch) {
  EXPECT_FALSE(number_of_digits("99A", 10));
  EXPECT_FALSE(number_of_digits("", 10));
  EXPECT_FALSE(number_of_digits("--", 10));
  EXPECT_FALSE(number_of_digits("12345678901", 10));
}

TEST(NumberForm, LeavesZerosOfAnAccountToWhoeverKnowsWhereTheyStand) {
  EXPECT_TRUE(check_account_digits("5001000005550001", 16));
  for (const auto* wrong : {"50010005550001", "5001-00005550001", "", "500100000555000X"}) {
    const auto refused = check_account_digits(wrong, 16);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, "account.digits");
  }
}

}  // namespace
}  // namespace counterfoil
