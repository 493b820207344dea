#include "core/id.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace counterfoil {
namespace {

constexpr std::array<std::uint8_t, 10> some_random{0xFF, 0xFF, 0xFF, 3, 4, 5, 6, 7, 8, 9};

TEST(Id, CarriesVersionSevenAndItsTime) {
  const auto id = Id::make(0x019339a852f0ULL, some_random);
  EXPECT_EQ(id.text(), "019339a8-52f0-7fff-bf03-040506070809");
  EXPECT_EQ(id.unix_milliseconds(), 0x019339a852f0ULL);
}

TEST(Id, SortsByTheMomentItWasMade) { EXPECT_LT(Id::make(1000, some_random), Id::make(1001, {})); }

TEST(Id, IsNilUntilMade) {
  EXPECT_TRUE(Id{}.is_nil());
  EXPECT_FALSE(Id::make(0, {}).is_nil());
}

TEST(Id, RefusesWhatIsNoUuid) {
  for (const auto* text : {"", "019339a8-52f0-7fff-bf03-04050607080", "019339a8-52f0-7fff-bf03-0405060708090",
                           "019339a8x52f0-7fff-bf03-040506070809", "g19339a8-52f0-7fff-bf03-040506070809",
                           "019339a852f07fffbf03040506070809"}) {
    EXPECT_FALSE(Id::parse(text)) << text;
  }
}

TEST(Id, TakesEitherCase) {
  EXPECT_EQ(Id::parse("019339A8-52F0-7FFF-BF03-040506070809"), Id::parse("019339a8-52f0-7fff-bf03-040506070809"));
}

RC_GTEST_PROP(IdProperty, WhatIsWrittenReadsBackEqual, (std::uint32_t time)) {
  std::array<std::uint8_t, 10> random{};
  std::ranges::generate(random, [] { return *rc::gen::arbitrary<std::uint8_t>(); });
  const auto id = Id::make(time, random);
  RC_ASSERT(Id::parse(id.text()) == id);
  RC_ASSERT(id.unix_milliseconds() == time);
}

}  // namespace
}  // namespace counterfoil
