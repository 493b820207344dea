#include <gtest/gtest.h>

#include "core/bsb.hpp"

namespace counterfoil {
namespace {

TEST(Bsb, IsTakenWithAHyphenABlankOrNothingBetweenItsHalves) {
  EXPECT_EQ(*check_bsb("062-001"), "062-001");
  EXPECT_EQ(*check_bsb("062001"), "062-001");
  EXPECT_EQ(*check_bsb("062 001"), "062-001");
  EXPECT_EQ(*check_bsb("  062-001 "), "062-001");
}

TEST(Bsb, OfAnotherShapeIsRefused) {
  for (const char* wrong : {"", "62-001", "0620011", "062-00A", "06-2001", "062--01", "062/001"}) {
    const auto bsb = check_bsb(wrong);
    ASSERT_FALSE(bsb.has_value()) << wrong;
    EXPECT_EQ(bsb.error().code, "bsb.shape") << wrong;
  }
}

TEST(BsbAccount, KeepsLeadingZerosAndHyphensThatFit) {
  EXPECT_EQ(*check_bsb_account(" 00012345 "), "00012345");
  EXPECT_EQ(*check_bsb_account("1-234567"), "1-234567");
}

TEST(BsbAccount, DropsHyphensOnlyWhereItIsTooLong) {
  EXPECT_EQ(*check_bsb_account("123-456-789"), "123456789");
  const auto longer = check_bsb_account("1234567890");
  ASSERT_FALSE(longer.has_value());
  EXPECT_EQ(longer.error().code, "bsb.account-length");
}

TEST(BsbAccount, OfNothingOrOtherCharactersIsRefused) {
  for (const char* wrong : {"", "   ", "000000000", "0-0", "12/34", "12 34"}) {
    const auto account = check_bsb_account(wrong);
    ASSERT_FALSE(account.has_value()) << wrong;
    EXPECT_EQ(account.error().code, "bsb.account") << wrong;
  }
}

}  // namespace
}  // namespace counterfoil
