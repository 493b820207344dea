#include "core/kid.hpp"

#include <gtest/gtest.h>

#include <random>

namespace counterfoil {
namespace {

TEST(Kid, HasTheCheckDigitsOfTheManualsExample) {
  EXPECT_EQ(kid_check_digit("12345678", KidRule::mod10), '2');
  EXPECT_EQ(kid_check_digit("12345678", KidRule::mod11), '5');
  EXPECT_EQ(make_kid("12345678", KidRule::mod10).value_or(""), "123456782");
  EXPECT_TRUE(is_kid("123456785", KidRule::mod11));
}

TEST(Kid, IsMadeOfDigitsOnlyAndNoLongerThanItsField) {
  for (const char* wrong : {"", "12a4", "1 2", "-", "1234567890123456789012345"}) {
    const auto made = make_kid(wrong, KidRule::mod10);
    ASSERT_FALSE(made.has_value()) << wrong;
    EXPECT_EQ(made.error().code, "kid.not-a-number");
    EXPECT_FALSE(is_kid(wrong, KidRule::mod11)) << wrong;
  }
  EXPECT_EQ(make_kid("123456789012345678901234", KidRule::mod10)->size(), 25U);
}

std::string random_number(std::mt19937& random) {
  std::string number(1 + random() % 24, '0');
  for (char& digit : number) digit = static_cast<char>('0' + random() % 10);
  return number;
}

TEST(Kid, NoticesEverySingleWrongDigit) {
  std::mt19937 random{20261124};
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = random_number(random);
    for (const KidRule rule : {KidRule::mod10, KidRule::mod11}) {
      const auto kid = make_kid(number, rule);
      if (!kid) {
        EXPECT_EQ(kid.error().code, "kid.hyphen");
        EXPECT_TRUE(is_kid(number + "-", rule)) << "a KID of somebody else may end so";
        continue;
      }
      EXPECT_TRUE(is_kid(*kid, rule)) << *kid;
      std::string wrong = *kid;
      char& digit = wrong[random() % wrong.size()];
      digit = static_cast<char>('0' + (digit - '0' + 1 + static_cast<int>(random() % 9)) % 10);
      EXPECT_FALSE(is_kid(wrong, rule)) << wrong << " of " << *kid;
    }
  }
}

TEST(Kid, OfMod11NoticesTwoNeighboursSwapped) {
  std::mt19937 random{11};
  for (int i = 0; i < 10'000; ++i) {
    const auto kid = make_kid(random_number(random), KidRule::mod11);
    if (!kid) continue;
    // The check digit has the weight one, so it is told from its neighbour as well.
    const std::size_t at = random() % (kid->size() - 1);
    std::string swapped = *kid;
    std::swap(swapped[at], swapped[at + 1]);
    if (swapped == *kid) continue;
    EXPECT_FALSE(is_kid(swapped, KidRule::mod11)) << swapped << " of " << *kid;
  }
}

TEST(Kid, SkipsOneNumberInElevenUnderMod11) {
  int skipped = 0;
  for (int number = 0; number < 11'000; ++number)
    skipped += make_kid(std::to_string(100'000 + number), KidRule::mod11) ? 0 : 1;
  EXPECT_GT(skipped, 900);
  EXPECT_LT(skipped, 1100);
}

}  // namespace
}  // namespace counterfoil
