// Published claim and OCR giro files against what SOURCES.avtalegiro.tsv says of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/catalogue.hpp"
#include "core/kid.hpp"
#include "tests/conformance/kept_sample.hpp"

namespace counterfoil {
namespace {

TEST(AvtalegiroSamples, TheClaimFileAsksForSixDebits) {
  const auto kept = read_sample("avtalegiro/claims_6.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "avtalegiro");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  EXPECT_EQ(kept->counts.kind, FileKind::instruction);
  EXPECT_EQ(kept->counts.records, 22U);
  ASSERT_EQ(kept->entries.size(), 6U);
  EXPECT_EQ(kept->sum(Direction::debit), 600);
  EXPECT_EQ(kept->count_of("21"), 5);
  EXPECT_EQ(kept->count_of("02"), 1);
  for (const KeptEntry& entry : kept->entries) {
    EXPECT_EQ(entry.collect_on, make_date(2004, 6, 17));
    EXPECT_TRUE(is_kid(entry.reference, KidRule::mod10)) << entry.reference;
  }
}

TEST(AvtalegiroSamples, TheOcrFileBringsTwentyPayments) {
  const auto kept = read_sample("avtalegiro/ocr_20_credits.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->format, "avtalegiro-ocr");
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  EXPECT_EQ(kept->counts.kind, FileKind::settlement);
  EXPECT_EQ(kept->counts.records, 45U);
  ASSERT_EQ(kept->entries.size(), 20U);
  EXPECT_EQ(kept->of(Outcome::settled, Direction::debit), 5144900);
  const auto of_type = [&](std::string_view type) {
    return std::ranges::count(kept->entries, type, &KeptEntry::reason);
  };
  EXPECT_EQ(of_type("10"), 10);
  EXPECT_EQ(of_type("11"), 2);
  EXPECT_EQ(of_type("12"), 2);
  EXPECT_EQ(of_type("13"), 5);
  EXPECT_EQ(of_type("21"), 1);
}

TEST(AvtalegiroSamples, AnOcrPurchaseCarriesItsText) {
  const auto kept = read_sample("avtalegiro/ocr_1_credit_with_text.txt");
  if (!kept) GTEST_SKIP() << "The sample is not here.";
  EXPECT_EQ(kept->verdict, Verdict::accepted) << kept->said();
  ASSERT_EQ(kept->entries.size(), 1U);
  EXPECT_EQ(kept->entries[0].amount, 44000);
  EXPECT_EQ(kept->entries[0].remittance.size(), 40U);
  EXPECT_EQ(kept->entries[0].booked_on, make_date(2004, 3, 24));
}

std::string row(std::string text) {
  text.resize(80, '0');
  return text + "\r\n";
}

/// Both records of one payment.
std::string item(int number, std::string_view type, char sign, std::int64_t ore, std::string_view kid) {
  return row(fmt::format("NY09{}30{:07}2711261327001464{}{:017}{:>25}", type, number, sign, ore, kid)) +
         row(fmt::format("NY09{}31{:07}19636827194099038560000000271126", type, number));
}

/// A payment of type 15 and 1,250.00, and one of type 10 and 300.00 that is taken off.
std::string ocr_giro(std::int64_t sum) {
  return row("NY00001000008080000034555555555") + row("NY090020008566000000002988888888888") +
         item(1, "15", '0', 125000, "0000012344") + item(2, "10", '-', 30000, "0000012351") +
         row(fmt::format("NY0900880000000200000006{:017}271126271126271126", sum)) +
         row(fmt::format("NY0000890000000200000008{:017}271126", sum));
}

TEST(Avtalegiro, TakesEitherReadingOfTheSumAndSaysWhichItWas) {
  const auto less = read_text(ocr_giro(95000));
  EXPECT_EQ(less.verdict, Verdict::accepted) << less.said();
  EXPECT_EQ(less.said(), "");
  const auto all = read_text(ocr_giro(155000));
  EXPECT_EQ(all.verdict, Verdict::accepted) << all.said();
  EXPECT_TRUE(all.has("control.sum", 7)) << all.said();
  const auto neither = read_text(ocr_giro(125000));
  EXPECT_EQ(neither.verdict, Verdict::accepted_with_findings);
}

TEST(Avtalegiro, NeverTakesForPaidWhatIsTakenOff) {
  const auto kept = read_text(ocr_giro(95000));
  ASSERT_EQ(kept.entries.size(), 2U) << kept.said();
  EXPECT_EQ(kept.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(kept.entries[1].outcome, Outcome::reversed);
  EXPECT_EQ(kept.entries[1].direction, Direction::credit);
  EXPECT_EQ(kept.entries[1].reason, "10");
}

TEST(Avtalegiro, RemarksOnAKidWithAWrongCheckDigit) {
  auto text = ocr_giro(95000);
  text.replace(text.find("0000012344"), 10, "0000012345");
  const auto kept = read_text(text);
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_TRUE(kept.has("field.check-digit", 3)) << kept.said();
}

TEST(Avtalegiro, WaitsForSilenceByTheClockAndTakesItForUnpaid) {
  const Scheme& scheme = *Catalogue::built_in().find("avtalegiro");
  EXPECT_FALSE(scheme.manner.silence_is_success);
  EXPECT_EQ(scheme.number("answer_days"), 3);
  const auto* unpaid = scheme.find_reason(scheme.manner.silence_reason);
  ASSERT_NE(unpaid, nullptr);
  EXPECT_EQ(unpaid->outcome, Outcome::rejected);
}

}  // namespace
}  // namespace counterfoil
