// The direct entry samples against what becs/EXPECTED.tsv says of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "formats/layout.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "tests/generators/fixed_words.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

std::string sample(const std::string& name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  return base + "/becs/" + name;
}

std::string bytes_of(const std::string& name) {
  std::ifstream in{sample(name), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct Read {
  Heard heard;
  Verdict verdict = Verdict::refused;

  [[nodiscard]] std::int64_t sum(Direction direction) const {
    std::int64_t all = 0;
    for (const Entry& entry : heard.entries) all += entry.direction == direction ? entry.amount_minor : 0;
    return all;
  }
  [[nodiscard]] int count(std::string_view code) const {
    return static_cast<int>(std::ranges::count(heard.findings, code, &Finding::code));
  }
};

/// As `file show` does: what it is, is told by its content.
void read(const std::string& name, Read& read, std::string_view format = {}) {
  const std::string bytes = bytes_of(name);
  MemorySource source{bytes, 119};
  const auto verdict = read_bank_file(source, {.file_name = name, .format = std::string{format}}, read.heard);
  ASSERT_TRUE(verdict.has_value()) << verdict.error().explanation;
  read.verdict = *verdict;
  EXPECT_EQ(read.heard.head.format, format.empty() ? "becs" : format);
}

#define SKIP_WITHOUT(name) \
  if (!std::filesystem::exists(sample(name))) GTEST_SKIP() << "becs/" << (name) << " is not here."

TEST(BecsSamples, ThePayrollOfABankHasShortLinesAndBalances) {
  SKIP_WITHOUT("nab_payroll_balanced.aba");
  Read file;
  read("nab_payroll_balanced.aba", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  EXPECT_EQ(file.count("framing.short-line"), 2);
  EXPECT_EQ(file.heard.findings.size(), 2U) << file.heard.finding_codes();
  ASSERT_EQ(file.heard.entries.size(), 49U);
  EXPECT_EQ(file.sum(Direction::credit), 3509591);
  EXPECT_EQ(file.sum(Direction::debit), 3509591);
  ASSERT_EQ(file.heard.batches.size(), 1U);
  EXPECT_EQ(file.heard.batches[0].collect_on, make_date(2014, 5, 1));
  EXPECT_EQ(file.heard.batches[0].creditor_id, "334303");
  EXPECT_EQ(file.heard.settings.at("becs.bank"), "NAB");
}

TEST(BecsSamples, TheDebitsOfABankAreBalancedByACreditThatIsNoPayment) {
  SKIP_WITHOUT("nab_direct_debit_balanced.aba");
  Read file;
  read("nab_direct_debit_balanced.aba", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  EXPECT_EQ(file.sum(Direction::debit), 5);
  EXPECT_EQ(file.sum(Direction::credit), 5);
  EXPECT_EQ(file.heard.batches[0].collect_on, make_date(2023, 12, 1));
  Read balanced;
  read("nab_direct_debit_balanced.aba", balanced, "becs-balanced");
  EXPECT_EQ(balanced.verdict, Verdict::accepted) << balanced.heard.finding_codes();
  ASSERT_EQ(balanced.heard.entries.size(), 5U) << "the credit to the own account pays nobody";
  for (const Entry& entry : balanced.heard.entries) EXPECT_EQ(entry.amount_minor, 1);
  EXPECT_EQ(balanced.heard.batches[0].creditor_bank, "083-047");
  EXPECT_EQ(balanced.heard.batches[0].creditor_account, "123456789");
}

TEST(BecsSamples, ALineThatIsNoRecordIsLeftOutOfAnExportOfSixBatches) {
  SKIP_WITHOUT("cuscal_multi_batch_lf.aba");
  Read file;
  read("cuscal_multi_batch_lf.aba", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  std::string batches;
  for (const BatchHead& batch : file.heard.batches) batches += iso_date(*batch.collect_on) + " ";
  EXPECT_EQ(batches, "2015-09-18 2015-09-18 2015-09-18 2015-09-18 2022-05-23 2022-05-23 ");
  std::string amounts;
  for (const Entry& entry : file.heard.entries) {
    amounts += (entry.direction == Direction::credit ? "+" : "-") + std::to_string(entry.amount_minor) + " ";
  }
  EXPECT_EQ(amounts,
            "+100000 -10100 +102000 +103000 +9 +2525755 +86002588 +4 +697722 +53951 -4 -188 -514197950 -363 ");
  std::string lines;
  for (const Finding& finding : file.heard.findings) {
    EXPECT_EQ(finding.severity, Severity::warning) << finding.code;
    lines += std::to_string(finding.place.line) + " " + finding.code + "; ";
  }
  EXPECT_EQ(lines,
            "1 framing.blank-line; 2 framing.long-line; 2 field.not-blank; 2 field.not-blank; 4 record.unknown; "
            "6 framing.long-line; 6 field.not-blank; 6 field.not-blank; 9 framing.long-line; 9 field.not-blank; "
            "9 field.not-blank; 12 framing.long-line; 12 field.not-blank; 12 field.not-blank; 14 framing.short-line; "
            "15 framing.long-line; 15 field.not-blank; 15 field.not-blank; 22 framing.short-line; "
            "23 framing.long-line; 23 field.not-blank; 23 field.not-blank; 28 framing.short-line; ");
}

TEST(BecsSamples, ReturnedItemsNameThePayerWhereAPaymentNamesUs) {
  SKIP_WITHOUT("synthetic_returns_type2.aba");
  Read file;
  read("synthetic_returns_type2.aba", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  EXPECT_EQ(file.heard.counts.kind, FileKind::returned);
  ASSERT_EQ(file.heard.entries.size(), 8U);
  std::string codes;
  for (std::size_t i = 0; i < 8; ++i) {
    const Entry& entry = file.heard.entries[i];
    codes += entry.reason;
    EXPECT_EQ(entry.outcome, Outcome::returned);
    EXPECT_EQ(entry.reference, "INV " + std::to_string(2000 + i));
    EXPECT_EQ(entry.direction, Direction::debit);
    EXPECT_EQ(entry.collect_on, make_date(2026, 3, 2)) << "the second, before the day of the file";
  }
  EXPECT_EQ(codes, "12345689");
  EXPECT_EQ(file.sum(Direction::debit), 585180);
  EXPECT_EQ(file.heard.entries[1].payer_bank, "033-009");
  EXPECT_EQ(file.heard.entries[1].payer_account, "00012345");
  EXPECT_EQ(file.heard.batches[0].creditor_bank, "032-000");
  EXPECT_EQ(file.heard.batches[0].creditor_account, "654321");
  EXPECT_EQ(file.heard.batches[0].creditor_id, "123456");
  EXPECT_EQ(file.heard.head.created_on, make_date(2026, 3, 4));
}

Order estates() {
  Order made;
  made.order.format = "becs";
  made.order.head.created_on = make_date(2026, 2, 27);
  made.order.head.sender_name = "COUNTERFOIL ESTATES";
  (*made.settings)["becs.bank"] = "WBC";
  BatchHead batch;
  batch.creditor_id = "123456";
  batch.creditor_name = "COUNTERFOIL EST";
  batch.creditor_bank = "032-000";
  batch.creditor_account = "654321";
  batch.description = "STRATA LEVY";
  batch.collect_on = make_date(2026, 3, 2);
  batch.currency = *Currency::parse("AUD");
  std::vector<Entry> entries(3);
  const auto say = [](Entry& entry, std::string_view bsb, std::string_view account, std::int64_t amount,
                      std::string_view name, std::string_view reference) {
    entry.payer_bank = bsb;
    entry.payer_account = account;
    entry.amount_minor = amount;
    entry.payer_name = name;
    entry.reference = reference;
  };
  say(entries[0], "062-001", "123456", 150000, "SMITH JOHN A", "INV 1001");
  say(entries[1], "033-009", "00012345", 45050, "NGUYEN T", "INV 1002");
  say(entries[2], "484-799", "1-234567", 1, "OBRIEN P/L", "INV 1003");
  made.add(batch, std::move(entries));
  return made;
}

TEST(BecsSamples, OneSidedDebitsAreWrittenWithTheSameBytes) {
  SKIP_WITHOUT("synthetic_dd_unbalanced.aba");
  Read file;
  read("synthetic_dd_unbalanced.aba", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  EXPECT_EQ(file.sum(Direction::debit), 195051);
  Order order = estates();
  EXPECT_EQ(order.written(), bytes_of("synthetic_dd_unbalanced.aba"));
}

TEST(BecsSamples, BalancedDebitsAreWrittenWithTheSameBytes) {
  SKIP_WITHOUT("synthetic_dd_balanced.aba");
  Read file;
  read("synthetic_dd_balanced.aba", file);
  EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
  ASSERT_EQ(file.heard.entries.size(), 4U);
  Order order = estates();
  order.order.format = "becs-balanced";
  order.order.profile = "nab";
  EXPECT_EQ(order.written(), bytes_of("synthetic_dd_balanced.aba"));
}

TEST(BecsSamples, TheOwnAccountStandsInTheHeadWhereTheBankWantsItThere) {
  Order order = estates();
  order.order.format = "becs-cba";
  order.order.profile = "cba";
  (*order.settings)["becs.bank"] = "CBA";
  EXPECT_TRUE(order.written().starts_with("0032-000   654321 01CBA       COUNTERFOIL ESTATES       123456STRATA LEVY "));
}

TEST(BecsSamples, SeveralBatchesFollowEachOtherInOneFile) {
  Order order = estates();
  const BatchHead first = order.order.batches[0];
  order.add(first, order.entries[0]);
  const std::string bytes = order.written();
  MemorySource source{bytes};
  Heard heard;
  ASSERT_TRUE(read_bank_file(source, {.file_name = "two.aba", .format = {}}, heard).has_value());
  ASSERT_EQ(heard.batches.size(), 2U);
  EXPECT_EQ(heard.batches[1].collect_on, make_date(2026, 3, 2));
  EXPECT_EQ(heard.batches[1].creditor_id, "123456");
  EXPECT_EQ(heard.entries.size(), 6U);
  EXPECT_TRUE(heard.findings.empty()) << heard.finding_codes();
}

TEST(BecsSamples, AReferenceThatIsTooLongIsNeverCut) {
  Order order = estates();
  order.entries[0][0].reference = "LEASE 2026 LOT 17 A";
  EXPECT_EQ(order.error().code, "write.too-long");
}

TEST(Becs, DoesNotTakeABai2ReportWhoseRecordsBeginWithTheSameDigits) {
  constexpr std::string_view report =
      "01,122099999,123456789,261201,0200,1,65,,2/\n02,031001234,122099999,1,261130,2359,,2/\n"
      "03,0123456789,,010,+4350000,,,040,2830000,,/\n16,115,450000,S,100000,200000,150000,,,/\n49,7630000,3/\n"
      "98,7630000,1,5/\n99,7630000,1,7/\n";
  Heard heard;
  MemorySource source{report};
  const auto verdict = read_bank_file(source, {.file_name = "report", .format = {}}, heard);
  ASSERT_TRUE(verdict.has_value()) << verdict.error().explanation;
  EXPECT_EQ(heard.head.format, "bai2");
}

}  // namespace
}  // namespace counterfoil
