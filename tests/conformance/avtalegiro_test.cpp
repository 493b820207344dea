// Published claim and OCR giro files against what SOURCES.avtalegiro.tsv says of them.
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

TEST(Avtalegiro, WaitsForSilenceByTheClock) {
  const Scheme& scheme = *Catalogue::built_in().find("avtalegiro");
  EXPECT_FALSE(scheme.manner.silence_is_success);
  EXPECT_EQ(scheme.number("answer_days"), 3);
}

}  // namespace
}  // namespace counterfoil
