// The CPA 005 samples against what cpa005/EXPECTED.tsv says of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "tests/generators/fixed_words.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

std::string sample(const std::string& name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  return base + "/cpa005/" + name;
}

struct Read {
  Heard heard;
  Verdict verdict = Verdict::refused;

  [[nodiscard]] std::int64_t sum() const {
    std::int64_t all = 0;
    for (const Entry& entry : heard.entries) all += entry.amount_minor;
    return all;
  }
  /// "code line; ..." of one severity.
  [[nodiscard]] std::string said(Severity severity) const {
    std::string text;
    for (const Finding& finding : heard.findings) {
      if (finding.severity == severity) text += finding.code + " " + std::to_string(finding.place.line) + "; ";
    }
    return text;
  }
};

/// As `file show` does: what it is, is told by its content.
void read(const std::string& name, std::string_view format, Read& read) {
  auto source = FileSource::open(sample(name));
  ASSERT_TRUE(source.has_value()) << source.error().explanation;
  const auto verdict = read_bank_file(**source, {.file_name = name, .format = {}}, read.heard);
  ASSERT_TRUE(verdict.has_value()) << verdict.error().explanation;
  read.verdict = *verdict;
  EXPECT_EQ(read.heard.head.format, format);
}

#define SKIP_WITHOUT(name) \
  if (!std::filesystem::exists(sample(name))) GTEST_SKIP() << "cpa005/" << (name) << " is not here."

constexpr const char* blank_numbers =
    "field.blank 2; field.blank 2; field.blank 2; field.blank 3; field.blank 3; field.blank 3; "
    "field.blank 4; field.blank 4; field.blank 4; field.blank 4; ";

TEST(Cpa005Samples, CreditsOfAnExportHaveBlanksForNumbers) {
  SKIP_WITHOUT("cronus01_credits_ok.txt");
  Read file;
  read("cronus01_credits_ok.txt", "cpa005", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  EXPECT_EQ(file.said(Severity::warning), blank_numbers);
  EXPECT_EQ(file.heard.counts.records, 4U);
  ASSERT_EQ(file.heard.entries.size(), 2U);
  EXPECT_EQ(file.heard.entries[0].amount_minor, 356780);
  EXPECT_EQ(file.heard.entries[1].amount_minor, 331700);
  for (const Entry& entry : file.heard.entries) {
    EXPECT_EQ(entry.direction, Direction::credit);
    EXPECT_EQ(entry.transaction_code, "450");
    EXPECT_EQ(entry.collect_on, make_date(2026, 3, 16));
    EXPECT_EQ(entry.payer_bank, "000368589");
    EXPECT_EQ(entry.payer_account, "668885684");
  }
  EXPECT_EQ(file.heard.head.message_id, "0039");
  EXPECT_EQ(file.heard.head.sender, "XYZAB55255");
  EXPECT_EQ(file.heard.settings.at("cpa005.data_centre"), "00420");
}

TEST(Cpa005Samples, RecordsThatAreMisnumberedAreErrorsAndTheTotalsStillAgree) {
  SKIP_WITHOUT("cronus04_misnumbered.txt");
  Read file;
  read("cronus04_misnumbered.txt", "cpa005", file);
  EXPECT_EQ(file.verdict, Verdict::accepted_with_findings);
  EXPECT_EQ(file.said(Severity::error), "control.record-count 2; control.record-count 4; ");
  EXPECT_EQ(file.sum(), 688480);
}

TEST(Cpa005Samples, SevenDebitsStandInTwoRecords) {
  SKIP_WITHOUT("synthetic_debits_two_records.txt");
  Read file;
  read("synthetic_debits_two_records.txt", "cpa005", file);
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  EXPECT_EQ(file.heard.counts.records, 4U);
  ASSERT_EQ(file.heard.entries.size(), 7U);
  EXPECT_EQ(file.sum(), 689229);
  for (const Entry& entry : file.heard.entries) {
    EXPECT_EQ(entry.transaction_code, "401");
    EXPECT_EQ(entry.collect_on, make_date(2026, 3, 2));
    EXPECT_EQ(entry.direction, Direction::debit);
  }
}

TEST(Cpa005Samples, SevenDebitsAreWrittenWithTheSameBytes) {
  SKIP_WITHOUT("synthetic_debits_two_records.txt");
  Read file;
  read("synthetic_debits_two_records.txt", "cpa005", file);
  Order order;
  order.order.format = "cpa005";
  order.order.head = file.heard.head;
  *order.settings = file.heard.settings;
  order.add(file.heard.batches.at(0), file.heard.entries);
  std::ifstream in{sample("synthetic_debits_two_records.txt"), std::ios::binary};
  EXPECT_EQ(order.written(), (std::string{std::istreambuf_iterator<char>{in}, {}}));
}

/// The debits of the sample, written as one bank wants them and read back.
Heard written_for(std::string_view format, std::string_view profile, std::string& bytes,
                  const std::string& routing = {}) {
  Read file;
  read("synthetic_debits_two_records.txt", "cpa005", file);
  Order order;
  order.order.format = format;
  order.order.profile = profile;
  order.order.head = file.heard.head;
  *order.settings = file.heard.settings;
  if (!routing.empty()) (*order.settings)["cpa005.routing"] = routing;
  order.add(file.heard.batches.at(0), file.heard.entries);
  bytes = order.written();
  MemorySource source{bytes};
  Heard heard;
  const auto verdict = read_bank_file(source, {.file_name = "f", .format = std::string{format}}, heard);
  EXPECT_EQ(verdict.value_or(Verdict::refused), Verdict::accepted) << heard.finding_codes();
  EXPECT_TRUE(heard.findings.empty()) << heard.finding_codes();
  return heard;
}

TEST(Cpa005Samples, ABankThatKeepsTheAccountForReturnsGetsNone) {
  SKIP_WITHOUT("synthetic_debits_two_records.txt");
  std::string bytes;
  const Heard heard = written_for("cpa005-rbc", "rbc", bytes);
  EXPECT_EQ(heard.entries.size(), 7U);
  EXPECT_EQ(bytes.substr(1466 + 193, 21), "000000000            ") << "columns 194-214 of the first segment";
  EXPECT_EQ(bytes.substr(1466 + 253, 11), "           ") << "columns 254-264";
}

TEST(Cpa005Samples, LinesEndWithACarriageReturnAloneWhereTheBankForbidsLineFeeds) {
  SKIP_WITHOUT("synthetic_debits_two_records.txt");
  std::string bytes;
  EXPECT_EQ(written_for("cpa005", "cr", bytes).entries.size(), 7U);
  EXPECT_EQ(bytes.size(), 4U * 1465U);
  EXPECT_EQ(bytes.find('\n'), std::string::npos);
}

TEST(Cpa005Samples, ALineForTheTransferServiceStandsBeforeTheFileAndIsNotCounted) {
  SKIP_WITHOUT("synthetic_debits_two_records.txt");
  std::string bytes;
  const std::string routing = "$$AAPACPA1464[PROD[NL$$";
  const Heard heard = written_for("cpa005", "plain", bytes, routing);
  EXPECT_TRUE(bytes.starts_with(routing + "\r\nA000000001"));
  EXPECT_EQ(heard.entries.size(), 7U);
  MemorySource source{bytes};
  Heard detected;
  ASSERT_TRUE(read_bank_file(source, {.file_name = "f", .format = {}}, detected).has_value());
  EXPECT_EQ(detected.head.format, "cpa005");
  EXPECT_TRUE(detected.findings.empty()) << detected.finding_codes();
}

TEST(Cpa005Samples, ReturnedDebitsNameThePayorWhereADebitNamesUs) {
  SKIP_WITHOUT("synthetic_returns_j.txt");
  Read file;
  read("synthetic_returns_j.txt", "cpa005", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  EXPECT_EQ(file.heard.counts.kind, FileKind::returned);
  std::string told;
  for (const Entry& entry : file.heard.entries) {
    told += std::string{entry.reference} + " " + std::string{entry.reason} + " " + std::to_string(entry.amount_minor) +
            " " + std::string{entry.payer_bank} + " " + std::string{entry.payer_account} + "; ";
    EXPECT_EQ(entry.outcome, Outcome::returned);
    EXPECT_EQ(entry.transaction_code, "401");
    EXPECT_EQ(entry.direction, Direction::debit);
  }
  EXPECT_EQ(told,
            "LEASE-0001 901 185000 000300101 1234567; LEASE-0003 915 30000 000400003 4004777777; "
            "LEASE-0007 905 777 000299999 55555; ");
  EXPECT_EQ(file.heard.batches.at(0).creditor_bank, "000302222");
  EXPECT_EQ(file.heard.batches.at(0).creditor_account, "333333333333");
}

TEST(Cpa005Samples, TheLayoutOfEightyCharactersHasItsTypeAndDayInTheBatch) {
  SKIP_WITHOUT("synthetic_bmo_80byte.txt");
  Read file;
  read("synthetic_bmo_80byte.txt", "cpa005-80", file);
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  ASSERT_EQ(file.heard.batches.size(), 1U);
  EXPECT_EQ(file.heard.batches[0].instrument, "401");
  EXPECT_EQ(file.heard.batches[0].collect_on, make_date(2026, 3, 2));
  EXPECT_EQ(file.heard.entries.size(), 3U);
  EXPECT_EQ(file.sum(), 314995);
}

TEST(Cpa005Samples, ANoticeOfChangeKeepsTheMandateAndChangesItsData) {
  SKIP_WITHOUT("synthetic_noc_usv.txt");
  Read file;
  read("synthetic_noc_usv.txt", "cpa005-notice", file);
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  EXPECT_EQ(file.heard.counts.kind, FileKind::notice);
  EXPECT_EQ(file.heard.head.message_id, "0012");
  ASSERT_EQ(file.heard.entries.size(), 1U);
  const Entry& entry = file.heard.entries[0];
  EXPECT_EQ(entry.outcome, Outcome::corrected);
  EXPECT_EQ(entry.reference, "LEASE-0001");
  EXPECT_EQ(entry.transaction_code, "401");
  EXPECT_EQ(entry.payer_bank, "000300101");
  EXPECT_EQ(entry.payer_account, "1234567");
  EXPECT_EQ(entry.corrected_data, "0003005557654321     ");
  EXPECT_EQ(Catalogue::built_in().find("cpa005")->find_reason(entry.reason)->mandate_effect, MandateEffect::amend);
}

}  // namespace
}  // namespace counterfoil
