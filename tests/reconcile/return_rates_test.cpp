#include "reconcile/return_rates.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

const Scheme& nacha() { return *Catalogue::built_in().find("nacha"); }

TEST(ReturnRates, CountAReasonAtItsLevelAndOverall) {
  const auto rates = return_rates(nacha(), 1000, {{"R01", 20}, {"R02", 4}, {"R04", 5}, {"R10", 3}, {"R99", 1}});
  ASSERT_EQ(rates.size(), 3U);
  EXPECT_EQ(rates[0].level, "unauthorized");
  EXPECT_EQ(rates[0].returned, 3U);
  EXPECT_EQ(rates[1].level, "administrative");
  EXPECT_EQ(rates[1].returned, 9U);
  EXPECT_EQ(rates[2].level, "overall");
  EXPECT_EQ(rates[2].returned, 33U) << "a code nobody knows came back all the same";
}

TEST(ReturnRates, AreAboveTheLimitFromTheFirstReturnBeyondIt) {
  // 0.5 % of 1000 are 5.
  auto rate = return_rates(nacha(), 1000, {{"R10", 5}}).at(0);
  EXPECT_FALSE(rate.is_above_limit());
  EXPECT_EQ(rate.rate(), 50);
  EXPECT_EQ(rate.left(), 0U);
  rate = return_rates(nacha(), 1000, {{"R10", 6}}).at(0);
  EXPECT_TRUE(rate.is_above_limit());
  EXPECT_EQ(rate.rate(), 60);
  rate = return_rates(nacha(), 1001, {{"R10", 5}}).at(0);
  EXPECT_FALSE(rate.is_above_limit());
  rate = return_rates(nacha(), 999, {{"R10", 5}}).at(0);
  EXPECT_TRUE(rate.is_above_limit());
  EXPECT_EQ(rate.rate(), 51) << "rounded up, so that it does not read as the limit";
}

TEST(ReturnRates, AreZeroWhereNothingWasSentAndAboveWhereSomethingCameBack) {
  const auto quiet = return_rates(nacha(), 0, {});
  EXPECT_EQ(quiet.at(2).rate(), 0);
  EXPECT_FALSE(quiet.at(2).is_above_limit());
  EXPECT_TRUE(return_rates(nacha(), 0, {{"R01", 1}}).at(2).is_above_limit());
}

TEST(ReturnRates, AreNotCountedWhereTheSchemeLimitsNothing) {
  EXPECT_TRUE(return_rates(*Catalogue::built_in().find("iso20022"), 100, {{"AM04", 50}}).empty());
}

}  // namespace
}  // namespace counterfoil
