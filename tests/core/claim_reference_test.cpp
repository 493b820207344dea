#include "core/claim_reference.hpp"

#include <gtest/gtest.h>

#include "core/catalogue.hpp"
#include "core/kid.hpp"

namespace counterfoil {
namespace {

constexpr ClaimReferenceParts parts{.is_test = true, .batch = "42", .number = 7, .mandate = "M-0031"};

std::string made(std::string_view pattern, const ClaimReferenceParts& of = parts) {
  const auto reference = claim_reference_of(pattern, of);
  return reference ? *reference : reference.error().code;
}

TEST(ClaimReference, FillsEveryWordOfItsPattern) {
  EXPECT_EQ(made(SchemeManner{}.claim_reference), "T42-7");
  EXPECT_EQ(made("{environment_digit}{batch:6}{number:5}"), "900004200007");
  EXPECT_EQ(made("{mandate:4}{batch}{number}{environment_digit}"), "00314279");
  EXPECT_EQ(made("{mandate:8}{batch}{number}{environment_digit}"), "00M-00314279");
  auto live = parts;
  live.is_test = false;
  EXPECT_EQ(made("{environment}{environment_digit}{batch}{number}", live), "L1427");
}

TEST(ClaimReference, EndsInTheCheckDigitOfAKid) {
  EXPECT_TRUE(is_kid(made("{environment_digit}{batch:6}{number:5}{mod10}"), KidRule::mod10));
  EXPECT_TRUE(is_kid(made("{environment_digit}{batch:6}{number:5}{mod11}"), KidRule::mod11));
  EXPECT_EQ(made("{environment}{batch}{number}{mod10}"), "kid.not-a-number");
}

TEST(ClaimReference, SaysWhichNumbersAKidHasToSkip) {
  int skipped = 0;
  for (std::uint64_t number = 1; number <= 220; ++number) {
    auto one = parts;
    one.number = number;
    const auto reference = made("{environment_digit}{batch:6}{number:5}{mod11}", one);
    if (reference == "kid.hyphen") ++skipped;
    EXPECT_TRUE(reference == "kid.hyphen" || is_kid(reference, KidRule::mod11)) << reference;
  }
  EXPECT_EQ(skipped, 20) << "one of eleven";
}

TEST(ClaimReference, NeverCutsANumber) {
  EXPECT_EQ(made("{environment}{batch:1}{number}"), "reference.too-large");
  EXPECT_EQ(made("{environment}{batch:2}{number:1}"), "T427");
}

TEST(ClaimReference, RefusesAPatternByWhichClaimsCouldBeMixedUp) {
  for (const auto* pattern :
       {"{environment}{batch}", "{environment}{number}", "{batch}{number}", "PLAIN", "{environment}{batch}{number", "",
        "{environment}{batch}{number}{mod10}0", "{environment:1}{batch}{number}", "{environment}{batch}{number}{mandate}",
        "{environment}{batch}{number}{name:3}", "{environment}{batch}{number:36}"}) {
    EXPECT_FALSE(is_claim_reference_pattern(pattern)) << pattern;
  }
  EXPECT_TRUE(is_claim_reference_pattern(SchemeManner{}.claim_reference));
  EXPECT_TRUE(is_claim_reference_pattern("{mandate:8}{environment_digit}{batch:5}{number:5}{mod11}"));
}

}  // namespace
}  // namespace counterfoil
