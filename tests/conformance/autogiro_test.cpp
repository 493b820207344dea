// The example files of Bankgirot against what SOURCES.autogiro.tsv says of them.
#include <gtest/gtest.h>

#include "core/catalogue.hpp"
#include "tests/conformance/kept_sample.hpp"

namespace counterfoil {
namespace {

const Scheme& scheme() { return *Catalogue::built_in().find("autogiro"); }

TEST(AutogiroSamples, ThePaymentsToTheBankAreFiveDebitsAndFourPayouts) {
  const auto kept = read_sample("autogiro/payments_to_bank.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "autogiro");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  EXPECT_EQ(kept->counts.kind, FileKind::instruction);
  ASSERT_EQ(kept->entries.size(), 9U);
  EXPECT_EQ(kept->sum(Direction::debit), 745075);
  EXPECT_EQ(kept->sum(Direction::credit), 51000);
  EXPECT_EQ(kept->entries[0].mandate, "0000000000000101");
  EXPECT_EQ(kept->entries[0].reference, "\xC3\x85RSKORT-2008");
  EXPECT_EQ(kept->entries[0].collect_on, make_date(2008, 6, 12));
  EXPECT_FALSE(kept->entries[4].collect_on.has_value()) << "GENAST";
}

TEST(AutogiroSamples, TheMandatesToTheBankAreEndedCreatedAndChanged) {
  const auto kept = read_sample("autogiro/mandates_to_bank.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  EXPECT_EQ(kept->count_of("03"), 2);
  EXPECT_EQ(kept->count_of("04"), 8);
  EXPECT_EQ(kept->count_of("05"), 3);
}

TEST(AutogiroSamples, TheSpecificationSumsOnlyWhatWasDone) {
  const auto kept = read_sample("autogiro/payment_spec_and_stops.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "autogiro-specification");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  EXPECT_EQ(kept->counts.batches, 4U);
  EXPECT_EQ(kept->of(Outcome::settled, Direction::debit), 1500000);
  EXPECT_EQ(kept->of(Outcome::settled, Direction::credit), 300000);
  EXPECT_EQ(kept->of(Outcome::refunded, Direction::debit), 70000);
  ASSERT_EQ(kept->entries.size(), 14U);
  EXPECT_EQ(kept->entries[5].reason, "82-1");
  EXPECT_EQ(kept->entries[6].reason, "82-2");
  EXPECT_EQ(kept->entries[7].outcome, Outcome::pending);
  EXPECT_EQ(kept->entries[11].reason, "32-1");
  EXPECT_EQ(kept->entries[12].reason, "77-02");
  EXPECT_TRUE(kept->has("field.unknown-code", 19)) << "refund reason 05 is in no list of today";
  EXPECT_TRUE(kept->has("field.not-the-same", 9)) << "one row names another bankgiro";
}

TEST(AutogiroSamples, TheRejectedPaymentsStandOneColumnToTheLeft) {
  const auto kept = read_sample("autogiro/rejected_payments.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "autogiro-rejected");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  ASSERT_EQ(kept->entries.size(), 12U);
  EXPECT_EQ(kept->sum(Direction::debit), 192551);
  EXPECT_EQ(kept->sum(Direction::credit), 172700);
  EXPECT_EQ(kept->entries[1].mandate, "0000000004444103");
  EXPECT_EQ(kept->entries[1].reason, "82-R10");
  for (const KeptEntry& entry : kept->entries) {
    EXPECT_EQ(entry.outcome, Outcome::rejected);
    EXPECT_NE(scheme().find_reason(entry.reason), nullptr) << entry.reason;
  }
}

TEST(AutogiroSamples, TheMandateAdviceSaysWhatBecameOfTenMandates) {
  const auto kept = read_sample("autogiro/mandate_advice.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "autogiro-advice");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  EXPECT_EQ(kept->counts.kind, FileKind::mandate);
  ASSERT_EQ(kept->entries.size(), 10U);
  EXPECT_EQ(kept->entries[0].reason, "73-M32");
  EXPECT_EQ(kept->entries[0].outcome, Outcome::settled) << "what was asked for is so";
  EXPECT_EQ(kept->entries[1].outcome, Outcome::cancelled);
  EXPECT_EQ(kept->entries[5].outcome, Outcome::rejected);
  for (const KeptEntry& entry : kept->entries) EXPECT_NE(scheme().find_reason(entry.reason), nullptr) << entry.reason;
}

TEST(AutogiroSamples, TheMandatesOfInternetBanksCarryNameAndAddress) {
  const auto kept = read_sample("autogiro/emandates.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "autogiro-emandates");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  ASSERT_EQ(kept->entries.size(), 4U);
  EXPECT_EQ(kept->counts.addenda, 16U);
  EXPECT_EQ(kept->entries[2].payer_name, "JOHN ANDERSSON");
  EXPECT_EQ(kept->entries[2].reason, "52-1");
}

// Made here after the tables of the manual: no sample of these files is published.
std::string padded(std::string line) {
  line.resize(80, ' ');
  return line + "\r\n";
}

TEST(Autogiro, RefusesOtherProductsByName) {
  const auto bgmax =
      read_text(padded("01BGMAX               0120040525173035010331P") + padded("050009912346          SEK"));
  EXPECT_EQ(bgmax.verdict, Verdict::refused);
  EXPECT_NE(bgmax.said().find("BGMAX"), std::string::npos) << bgmax.said();
  const auto old =
      read_text(padded("0120040525AUTOGIRO9900AVVISADE") + padded("82200405250    0000000000000101000000030000"));
  EXPECT_EQ(old.verdict, Verdict::refused);
  EXPECT_NE(old.said().find("old layout"), std::string::npos) << old.said();
}

TEST(Autogiro, CountsOnlyWhatWorkedInTheClosingOfCancelledPayments) {
  const std::string opening =
      padded("01AUTOGIRO              20260227            MAKULERING/\xC4NDRING  4711170009912346");
  const auto row = [](const std::string& tk, const std::string& kind, const std::string& ore,
                      const std::string& comment) {
    return padded(tk + "202602270000000000000103" + kind + ore + "REFERENS00000000RENT-2026-02-3  " + comment);
  };
  const auto kept = read_text(opening + row("25", "82", "000000098050", "12") + row("25", "82", "000000070000", "13") +
                              row("03", "00", "000000000000", "12") + row("29", "32", "000000005000", "15") +
                              padded("09202602279900" + std::string(14, ' ') +
                                     "000000000000"
                                     "000000"
                                     "000001"
                                     "0000"
                                     "000000098050"));
  EXPECT_EQ(kept.format, "autogiro-cancelled");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  ASSERT_EQ(kept.entries.size(), 4U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::cancelled);
  EXPECT_EQ(kept.entries[1].outcome, Outcome::unknown);
  EXPECT_EQ(kept.entries[2].reason, "03-P12");
  EXPECT_EQ(kept.entries[3].outcome, Outcome::accepted);
}

TEST(Autogiro, TellsWhatPayerOrBankCancelledFromWhatWasAskedFor) {
  const auto kept = read_text(
      padded("01AUTOGIRO              20260227            MAKULERING/\xC4NDRING  4711170009912346") +
      padded("1120260227000000000000010382000000098050REFERENS00000000RENT-2026-02-3  12") +
      padded("2520260227000000000000010482000000070000REFERENS00000000RENT-2026-02-4  12") +
      padded("09202602279900              0000000000000000000000020000000000168050"));
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::rejected);
  EXPECT_EQ(kept.entries[0].reason, "82-P12");
  EXPECT_EQ(kept.entries[1].outcome, Outcome::cancelled);
  EXPECT_EQ(kept.entries[1].reason, "82-C12");
  for (const KeptEntry& entry : kept.entries) EXPECT_NE(scheme().find_reason(entry.reason), nullptr) << entry.reason;
}

TEST(Autogiro, ReadsTheRegisterOfMandatesThatHasNeitherHeadNorEnd) {
  const auto row = [](const std::string& payer, const std::string& state) {
    return padded("0009912346" "196803050000" + payer + "1" "26" "20260112" "20260112" + state + "      5001000001000020");
  };
  const auto kept = read_text(row("0000000000000101", "1") + row("0000000000000102", "2"));
  EXPECT_EQ(kept.format, "autogiro-register");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::mandate);
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.entries[0].mandate, "0000000000000101");
  EXPECT_EQ(kept.entries[0].outcome, Outcome::accepted);
  EXPECT_EQ(kept.entries[1].outcome, Outcome::pending);
}

TEST(Autogiro, IsClosedOnMidsummerEveAndOpenOnWhitMonday) {
  const auto calendar = BankCalendar::of_scheme(scheme());
  ASSERT_TRUE(calendar.has_value());
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 6, 19)), false);
  EXPECT_EQ(calendar->is_bank_day(make_date(2026, 5, 25)), true);
  EXPECT_FALSE(calendar->is_bank_day(make_date(2031, 1, 2)).has_value()) << "no guess where the data end";
}

}  // namespace
}  // namespace counterfoil
