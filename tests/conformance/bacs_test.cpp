// The Bacs samples against what EXPECTED.tsv beside them says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

std::string sample(const char* name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  return base + "/bacs/" + name;
}

/// What one item or advice said, kept.
struct Said {
  std::string mandate, code, reason, name, bank, account, corrected, text;
  std::int64_t amount = 0;
  Outcome outcome = Outcome::none;
  Direction direction = Direction::debit;
  SequenceType sequence = SequenceType::none;
  bool is_prenote = false;
  std::optional<Date> collect_on;
  Level level = Level::entry;
};

class Kept final : public WordSink {
 public:
  void file(const FileHead& said) override {
    format = said.format;
    message_id = said.message_id;
    original_message_id = said.original_message_id;
    created_on = said.created_on;
  }
  void batch(const BatchHead& said) override {
    creditor_id = said.creditor_id;
    collect_on = said.collect_on;
  }
  void entry(const Entry& said) override {
    all.push_back({std::string{said.mandate}, std::string{said.transaction_code}, std::string{said.reason},
                   std::string{said.payer_name}, std::string{said.payer_bank}, std::string{said.payer_account},
                   std::string{said.corrected_data}, std::string{said.reason_text}, said.amount_minor, said.outcome,
                   said.direction, said.sequence, said.is_prenote, said.collect_on, said.level});
  }
  void finding(const Finding& said) override {
    findings += said.code + ": " + said.message + "\n";
    ++finding_count;
  }
  void end(const FileCounts& said) override { kind = said.kind; }

  std::string format, message_id, original_message_id, creditor_id, findings;
  std::optional<Date> created_on, collect_on;
  FileKind kind = FileKind::unknown;
  std::size_t finding_count = 0;
  std::vector<Said> all;
};

/// Reads the sample as `file show` does: what it is, is told by its content.
void read(const char* name, std::string_view format, Kept& kept) {
  auto source = FileSource::open(sample(name));
  ASSERT_TRUE(source.has_value()) << source.error().explanation;
  const auto verdict = read_bank_file(**source, {.file_name = name, .format = {}}, kept);
  ASSERT_TRUE(verdict.has_value()) << verdict.error().explanation;
  EXPECT_EQ(*verdict, Verdict::accepted) << kept.findings;
  EXPECT_EQ(kept.format, format);
}

#define SKIP_WITHOUT(name) \
  if (!std::filesystem::exists(sample(name))) GTEST_SKIP() << "bacs/" << (name) << " is not here."

TEST(BacsSamples, TheSingleDaySubmissionHoldsFourDebitsThatBalance) {
  SKIP_WITHOUT("synthetic_std18_spd_dd.txt");
  Kept kept;
  read("synthetic_std18_spd_dd.txt", "bacs", kept);
  EXPECT_EQ(kept.findings, "");
  EXPECT_EQ(kept.kind, FileKind::instruction);
  EXPECT_EQ(kept.message_id, "000101");
  EXPECT_EQ(kept.creditor_id, "123456");
  EXPECT_EQ(kept.collect_on, make_date(2026, 3, 2));
  ASSERT_EQ(kept.all.size(), 4U);
  EXPECT_EQ(kept.all[0].mandate + " " + kept.all[0].code, "CFL-000001 01");
  EXPECT_EQ(kept.all[0].amount, 125000);
  EXPECT_EQ(kept.all[0].sequence, SequenceType::first);
  EXPECT_EQ(kept.all[1].mandate + " " + kept.all[1].code, "CFL-000002 17");
  EXPECT_EQ(kept.all[1].amount, 7550);
  EXPECT_EQ(kept.all[2].mandate + " " + kept.all[2].code, "CFL-000003 18");
  EXPECT_EQ(kept.all[2].amount, 43210);
  EXPECT_EQ(kept.all[3].mandate + " " + kept.all[3].code, "CFL-000004 19");
  EXPECT_EQ(kept.all[3].amount, 99);
  EXPECT_EQ(kept.all[3].sequence, SequenceType::final);
}

TEST(BacsSamples, TheSubmissionOfSeveralDaysHoldsInstructionsAndTwoDaysOfDebits) {
  SKIP_WITHOUT("synthetic_std18_mpd_ddi_dd.txt");
  Kept kept;
  read("synthetic_std18_mpd_ddi_dd.txt", "bacs", kept);
  EXPECT_EQ(kept.findings, "");
  ASSERT_EQ(kept.all.size(), 5U);
  EXPECT_EQ(kept.all[0].mandate + " " + kept.all[0].code, "CFL-000011 0N");
  EXPECT_TRUE(kept.all[0].is_prenote);
  EXPECT_EQ(kept.all[1].mandate + " " + kept.all[1].code, "CFL-000002 0C");
  EXPECT_TRUE(kept.all[1].is_prenote);
  EXPECT_EQ(kept.all[2].amount, 43210);
  EXPECT_EQ(kept.all[2].collect_on, make_date(2026, 3, 2));
  EXPECT_EQ(kept.all[3].amount, 1);
  EXPECT_EQ(kept.all[4].amount, 2500000);
  EXPECT_EQ(kept.all[4].collect_on, make_date(2026, 3, 4));
  EXPECT_EQ(kept.all[4].mandate + " " + kept.all[4].code, "CFL-000011 01");
}

TEST(BacsSamples, TheFileOfCreditsAgreesWithItsTrailer) {
  SKIP_WITHOUT("std18_spd_credits_golden.txt");
  Kept kept;
  read("std18_spd_credits_golden.txt", "bacs", kept);
  EXPECT_EQ(kept.findings, "");
  EXPECT_EQ(kept.message_id, "000007");
  EXPECT_EQ(kept.created_on, make_date(2026, 8, 14));
  EXPECT_EQ(kept.collect_on, make_date(2026, 8, 21));
  ASSERT_EQ(kept.all.size(), 2U);
  EXPECT_EQ(kept.all[0].direction, Direction::credit);
  EXPECT_EQ(kept.all[0].amount + kept.all[1].amount, 432150);
}

TEST(BacsSamples, TheStatementIsNoSubmission) {
  SKIP_WITHOUT("bankline_data_services_nwb.txt");
  Kept kept;
  read("bankline_data_services_nwb.txt", "bacs-statement", kept);
  EXPECT_EQ(kept.findings, "");
  EXPECT_EQ(kept.kind, FileKind::statement);
  ASSERT_EQ(kept.all.size(), 26U);  // 29 records without the two totals and the balances.
  std::int64_t debits = 0, credits = 0;
  for (const Said& said : kept.all) (said.direction == Direction::debit ? debits : credits) += said.amount;
  EXPECT_EQ(debits, 356483 + 5987397 + 132768814);
  EXPECT_EQ(credits, 2965900 + 12504 + 49820942);
}

TEST(BacsSamples, AStatementIsRefusedWhereASubmissionIsExpected) {
  SKIP_WITHOUT("bankline_data_services_nwb.txt");
  Kept kept;
  auto source = FileSource::open(sample("bankline_data_services_nwb.txt"));
  ASSERT_TRUE(source.has_value()) << source.error().explanation;
  const auto verdict = read_bank_file(**source, {.file_name = "nwb", .format = "bacs"}, kept);
  EXPECT_TRUE(!verdict.has_value() || *verdict == Verdict::refused);
}

TEST(BacsReportSamples, UnpaidDebitsComeWithTheirReasonReferenceAndDay) {
  SKIP_WITHOUT("arudd_three_items.xml");
  Kept kept;
  read("arudd_three_items.xml", "bacs-report.arudd", kept);
  EXPECT_EQ(kept.findings, "");
  EXPECT_EQ(kept.kind, FileKind::returned);
  EXPECT_EQ(kept.created_on, make_date(2017, 1, 16));
  EXPECT_EQ(kept.creditor_id, "123456");
  ASSERT_EQ(kept.all.size(), 3U);
  const char* const references[] = {"X01234", "X02345", "X03456"};
  const std::int64_t amounts[] = {6500, 6000, 10000};
  for (std::size_t at = 0; at < 3; ++at) {
    EXPECT_EQ(kept.all[at].mandate, references[at]);
    EXPECT_EQ(kept.all[at].amount, amounts[at]);
    EXPECT_EQ(kept.all[at].reason, "ARUDD-1");
    EXPECT_EQ(kept.all[at].text, "INSTRUCTION CANCELLED");
    EXPECT_EQ(kept.all[at].outcome, Outcome::returned);
    EXPECT_EQ(kept.all[at].collect_on, make_date(2017, 1, 12));
  }
  EXPECT_EQ(kept.all[0].bank + " " + kept.all[0].account, "010203 12345678");
  EXPECT_EQ(kept.all[0].name, "FRED SMITH");
}

TEST(BacsReportSamples, AnAdviceTellsThatThePayerCancelled) {
  SKIP_WITHOUT("addacs_cancelled_by_payer.xml");
  Kept kept;
  read("addacs_cancelled_by_payer.xml", "bacs-report.addacs", kept);
  EXPECT_EQ(kept.findings, "");
  EXPECT_EQ(kept.kind, FileKind::notice);
  ASSERT_EQ(kept.all.size(), 1U);
  EXPECT_EQ(kept.all[0].mandate, "SOSURE01");
  EXPECT_EQ(kept.all[0].reason, "ADDACS-1");
  EXPECT_EQ(kept.all[0].outcome, Outcome::cancelled);
  EXPECT_EQ(kept.all[0].bank + " " + kept.all[0].account, "000099 12345678");
  EXPECT_EQ(kept.all[0].name, "BAR");
}

TEST(BacsReportSamples, EveryReasonOfAnAdviceIsKnownAndBringsItsNewDetails) {
  SKIP_WITHOUT("synthetic_addacs_all_reasons.xml");
  Kept kept;
  read("synthetic_addacs_all_reasons.xml", "bacs-report.addacs", kept);
  EXPECT_EQ(kept.findings, "");
  ASSERT_EQ(kept.all.size(), 9U);
  const std::string reasons = "0123BCDER";
  for (std::size_t at = 0; at < 9; ++at) {
    EXPECT_EQ(kept.all[at].reason, std::string{"ADDACS-"} + reasons[at]);
    EXPECT_EQ(kept.all[at].mandate, "CFL-00000" + std::to_string(at + 1));
    EXPECT_EQ(kept.all[at].account, "01234567");
    EXPECT_NE(kept.all[at].outcome, Outcome::unknown);
  }
  EXPECT_EQ(kept.all[3].corrected, "sort_code=202959; account=63748472");
  EXPECT_EQ(kept.all[5].corrected, "sort_code=107999; account=88837491");
  EXPECT_EQ(kept.all[7].corrected, "name=NEW NAME");
}

TEST(BacsReportSamples, ARejectedFileOfInstructionsNamesTheFileAndTheError) {
  SKIP_WITHOUT("auddis_file_rejected.xml");
  Kept kept;
  read("auddis_file_rejected.xml", "bacs-report.auddis", kept);
  EXPECT_EQ(kept.findings, "");
  EXPECT_EQ(kept.original_message_id, "000009");
  ASSERT_EQ(kept.all.size(), 1U);
  EXPECT_EQ(kept.all[0].level, Level::file);
  EXPECT_EQ(kept.all[0].outcome, Outcome::rejected);
  EXPECT_EQ(kept.all[0].reason, "AUDDIS-REJECTED");
  EXPECT_EQ(kept.all[0].text, "Error 30264: User Status is TEST on Arrival Day");
}

TEST(BacsReportSamples, AnIndemnityClaimTakesThousandsCommas) {
  SKIP_WITHOUT("synthetic_ddica.xml");
  Kept kept;
  read("synthetic_ddica.xml", "bacs-claims", kept);
  EXPECT_EQ(kept.findings, "");
  ASSERT_EQ(kept.all.size(), 1U);
  EXPECT_EQ(kept.all[0].mandate, "CFL-000001");
  EXPECT_EQ(kept.all[0].amount, 125000);
  EXPECT_EQ(kept.all[0].reason, "DDICA-2");
  EXPECT_EQ(kept.all[0].outcome, Outcome::refunded);
  EXPECT_EQ(kept.all[0].collect_on, make_date(2026, 3, 3));
}

}  // namespace
}  // namespace counterfoil
