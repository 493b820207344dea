#include "parsers/tally.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "parsers/byte_source.hpp"
#include "tests/parsers/described.hpp"

namespace counterfoil::tests {
namespace {

Tally tally_of(const std::string& bytes) {
  Tally tally;
  MemorySource source{bytes};
  EXPECT_TRUE(read_bank_file(source, {}, tally).has_value());
  return tally;
}

TEST(Tally, CountsACollectionFile) {
  const auto tally = tally_of(fixture("pain008_core.xml"));
  EXPECT_EQ(tally.scheme, "iso20022");
  EXPECT_EQ(tally.format, "pain.008.001.08");
  EXPECT_EQ(tally.kind, FileKind::instruction);
  EXPECT_EQ(tally.message_id, "CF-20261102-0001");
  EXPECT_EQ(tally.counts.entries, 2U);
  EXPECT_EQ(tally.counts.batches, 1U);
  ASSERT_EQ(tally.totals().size(), 1U);
  EXPECT_EQ(tally.totals()[0].debit_minor, 25050);
  EXPECT_EQ(tally.totals()[0].credit_minor, 0);
  EXPECT_TRUE(tally.outcomes().empty());
}

TEST(Tally, CountsAnOutcomeOfABlockOnlyWhereNothingBelowHasOne) {
  const auto tally = tally_of(fixture("pain002_three_levels.xml"));
  const std::map<std::string, std::uint64_t, std::less<>> expected{{"rejected", 3}, {"accepted", 1}, {"unknown", 2}};
  EXPECT_EQ(tally.outcomes(), expected);
}

TEST(Tally, TakesTheTotalsOfAStatementFromItsBookings) {
  const auto tally = tally_of(fixture("camt053_two_accounts.xml"));
  EXPECT_EQ(tally.kind, FileKind::statement);
  ASSERT_EQ(tally.statements.size(), 2U);
  EXPECT_EQ(tally.statements[0].opening_minor, -10000);
  EXPECT_EQ(tally.statements[0].closing_minor, 9950);
  EXPECT_EQ(tally.statements[1].account, "4711");
  ASSERT_EQ(tally.totals().size(), 2U);
  EXPECT_EQ(tally.totals()[0].currency.code(), "CHF");
  EXPECT_EQ(tally.totals()[1].credit_minor, 25300);
  EXPECT_EQ(tally.totals()[1].debit_minor, 5350);
}

TEST(Tally, SaysWhenASumNoLongerFits) {
  Tally tally;
  Entry entry;
  entry.currency = euro;
  entry.amount_minor = std::numeric_limits<std::int64_t>::max();
  tally.entry(entry);
  tally.entry(entry);
  ASSERT_EQ(tally.findings.size(), 1U);
  EXPECT_EQ(tally.findings[0].code, "money.overflow");
  EXPECT_TRUE(tally.findings[0].refuses_file);
}

}  // namespace
}  // namespace counterfoil::tests
