#include "reconcile/settlement.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace counterfoil {
namespace {

TEST(ResultTotals, AgreeWithTheHeadThatDeclaresThem) {
  ResultTotals totals;
  totals.add(10000, 10000);
  totals.add(5000, 0);
  totals.add(3000, 1000);
  const DeclaredTotals declared{.count = 3, .asked_minor = 18000, .collected_count = 2, .collected_minor = 11000};
  EXPECT_TRUE(compare_totals(totals, declared, yuan).empty());
  EXPECT_TRUE(compare_totals(totals, {}, yuan).empty());
}

TEST(ResultTotals, HaveOneFindingForEachFigureThatDiffers) {
  ResultTotals totals;
  totals.add(10000, 10000);
  const DeclaredTotals declared{.count = 2, .asked_minor = 10001, .collected_count = 0, .collected_minor = 9999};
  const auto findings = compare_totals(totals, declared, yuan);
  ASSERT_EQ(findings.size(), 4U);
  EXPECT_EQ(findings[0].code, "settlement.count-differs");
  EXPECT_EQ(findings[1].message, "The sum of the rows is CNY 100.00, and CNY 100.01 was stated.");
  for (const auto& finding : findings) {
    EXPECT_TRUE(finding.refuses_file);
    EXPECT_FALSE(finding.remedy.empty());
  }
}

TEST(ResultTotals, RefuseInsteadOfWrapping) {
  ResultTotals totals;
  totals.add(std::numeric_limits<std::int64_t>::max(), 1);
  totals.add(1, 1);
  const auto findings = compare_totals(totals, {}, yuan);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "settlement.overflow");
}

}  // namespace
}  // namespace counterfoil
