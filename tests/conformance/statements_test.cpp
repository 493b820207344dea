// The MT940, MT942 and BAI2 samples against what SOURCES.mt940.tsv and SOURCES.bai2.tsv say of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/parsers/heard_statements.hpp"

namespace counterfoil {
namespace {

std::optional<std::string> sample(const std::string& name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  std::ifstream in{base + "/" + name, std::ios::binary};
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

/// What must be said of a sample.
struct Wanted {
  const char* name;
  const char* format;
  std::size_t statements, movements;
  std::int64_t balance;  // Credits less debits of all statements.
  Verdict verdict;
  const char* codes;  // Findings with their lines.
};

constexpr Verdict fine = Verdict::accepted, look = Verdict::accepted_with_findings;

constexpr Wanted wanted[] = {
    {"mt940/commerzbank_return_charges.txt", "mt940", 1, 1, -1235, look, "mt940.reason-missing 5, mt940.balance 13"},
    {"mt940/lbbw_two_tx.txt", "mt940", 1, 2, 0, fine, ""},
    {"mt940/generic_two_statements.txt", "mt940", 2, 2, -2000, fine, ""},
    {"mt940/postfinance_interim.txt", "mt940", 2, 4, 15940, look, "mt940.balance 28"},
    {"mt940/rabobank_iban_leading_zero_amounts.txt", "mt940", 2, 4, -7000, fine, ""},
    {"mt940/sparkasse_umlauts.txt", "mt940", 2, 2, -4000, fine, ""},
    {"mt940/volksbank_8_statements.txt", "mt940", 8, 12, 74500, fine, ""},
    {"mt940/abnamro_unstructured.txt", "mt940", 2, 10, -34593, look,
     "mt940.balance 27, mt940.balance 40, mt940.page-chain 35"},
    {"mt940/deutsche_bank_three_statements.txt", "mt940", 3, 16, 8730 + 220000 + 1004000, fine,
     "mt940.currency-unknown 4, mt940.date 44, mt940.date 70"},
    {"mt940/windows_line_breaks.txt", "mt940", 1, 2, 220000, fine, ""},
    {"mt940/mt942_two.txt", "mt942", 2, 2, 2 * 979200, fine, ""},
    {"mt940/subfields_60_63.sta", "mt940", 1, 1, -23315, look, "mt940.balance 12"},
    {"mt940/gvc_codes.sta", "mt940", 1, 2, -25745, look, "mt940.no-closing 1"},
    {"mt940/february_30.sta", "mt940", 1, 1, -600, fine, "mt940.date 6"},
    {"mt940/danske_no.sta", "mt940", 13, 24, 385047429 - 146782527, fine, ""},
    {"mt940/sepa_26_statements.txt", "mt940", 26, 97, 518847494 - 1445761084, fine, ""},
    {"mt940/ing_dos.txt", "mt940", 1, 7, -4559, look, "mt940.balance 26"},
    {"mt940/sns.txt", "mt940", 2, 2, -2500, fine, ""},
    {"mt940/swift_block_headers.txt", "mt940", 1, 1, 136837892, look,
     "mt940.currency-unknown 7, mt940.date 8, mt940.blank-in-amount 10, mt940.date 10, mt940.balance 10"},
    {"mt940/iso8859_1.txt", "mt940", 1, 2, 220000, fine, "mt940.characters 9, mt940.date 15"},
    {"mt940/whitespace.sta", "mt940", 1, 1, -23315, look, "mt940.balance 9"},
    {"mt940/mbank_mt942.sta", "mt942", 1, 3, 3, fine, ""},
    {"mt940/danske_fi.sta", "mt940", 1, 6, -135710, fine, ""},
    {"bai2/spec_example.txt", "bai2", 5, 4, 30950000, fine, "bai2.correction 26"},
    {"bai2/citi.bai2", "bai2", 1, 1, 1, fine, ""},
    {"bai2/svb_two_groups.bai2", "bai2", 2, 2, 1395996, fine, ""},
    {"bai2/newline_delimited_continuations.txt", "bai2", 5, 17, 600731 - 31349055, look,
     "bai2.control 22, bai2.control 22, bai2.control 110, bai2.control 110, bai2.control 115, bai2.control 115, "
     "bai2.control 115, bai2.control 116, bai2.control 116"},
};

class StatementSample : public testing::TestWithParam<Wanted> {};

TEST_P(StatementSample, SaysWhatItsSourceSays) {
  const Wanted& row = GetParam();
  const auto bytes = sample(row.name);
  if (!bytes) GTEST_SKIP() << row.name << " is not here.";
  const auto said = heard(*bytes);
  EXPECT_EQ(said.format, row.format);
  EXPECT_EQ(said.statements.size(), row.statements);
  EXPECT_EQ(said.entries.size(), row.movements);
  EXPECT_EQ(said.counts.entries, row.movements);
  EXPECT_EQ(said.credits() - said.debits(), row.balance);
  EXPECT_EQ(said.verdict, row.verdict) << said.messages();
  EXPECT_EQ(said.codes(), row.codes) << said.messages();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64}})
    EXPECT_EQ(heard(*bytes, piece).all(), said.all()) << "in pieces of " << piece;
}

INSTANTIATE_TEST_SUITE_P(Listed, StatementSample, testing::ValuesIn(wanted), [](const auto& one) {
  std::string name = one.param.name;
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
});

#define SAMPLE_OR_SKIP(bytes, name) \
  const auto bytes = sample(name);  \
  if (!(bytes)) GTEST_SKIP() << (name) << " is not here."

TEST(StatementSamples, ATextWithoutAStatementIsRefused) {
  SAMPLE_OR_SKIP(bytes, "mt940/empty_86.txt");
  const auto said = heard(*bytes);
  EXPECT_EQ(said.verdict, Verdict::refused);
  EXPECT_EQ(said.codes(), "mt940.no-statement 0");
}

TEST(StatementSamples, AReturnedDebitIsToldApartFromItsCharge) {
  SAMPLE_OR_SKIP(bytes, "mt940/commerzbank_return_charges.txt");
  const auto entry = heard(*bytes).entries.at(0);
  EXPECT_EQ(entry.outcome, Outcome::returned);
  EXPECT_EQ(entry.amount, 1185);
  EXPECT_EQ(entry.charges, 50);
  EXPECT_EQ(entry.booked, 1235);
  EXPECT_EQ(entry.direction, Direction::debit);
  EXPECT_EQ(entry.reference, "A1.200080779.400143254.4961336");
  EXPECT_EQ(entry.mandate, "20852HW2723821");
  EXPECT_EQ(entry.original_batch_id, "SEPA-DA20200601221740-34972000-P1");
  EXPECT_EQ(entry.payer_name, "TESTEREL");
  EXPECT_EQ(entry.code, "NRTI/109");
  EXPECT_EQ(entry.booked_on, make_date(2020, 6, 8));
}

TEST(StatementSamples, ACollectionThatIsCreditedNamesItsBatch) {
  SAMPLE_OR_SKIP(bytes, "mt940/lbbw_two_tx.txt");
  const auto entries = heard(*bytes).entries;
  EXPECT_EQ(entries.at(0).outcome, Outcome::none) << "the sweep to another account of ours";
  EXPECT_EQ(entries.at(1).outcome, Outcome::settled);
  EXPECT_EQ(entries.at(1).level, Level::block);
  EXPECT_EQ(entries.at(1).original_batch_id, "SEPA-20210203175805-00154800-P1");
}

TEST(StatementSamples, ReturnedTransfersReopenNoCollection) {
  SAMPLE_OR_SKIP(bytes, "mt940/sepa_26_statements.txt");
  const auto said = heard(*bytes);
  for (const HeardEntry& entry : said.entries) EXPECT_EQ(entry.outcome, Outcome::none) << entry.line;
  const auto& first = said.entries.front();
  EXPECT_EQ(first.reference, "TFNR 40005 00005");
  EXPECT_EQ(first.remittance, "Grund nicht spezifiziert Reject aus SEPA-Ueberweisungsauftrag");
  const auto reversal = std::ranges::find(said.entries, std::uint32_t{19}, &HeardEntry::line);
  ASSERT_NE(reversal, said.entries.end());
  EXPECT_EQ(reversal->direction, Direction::credit) << "RC takes money, and the R behind it is of the currency";
}

TEST(StatementSamples, AReturnedAchDebitNamesTraceAndReason) {
  SAMPLE_OR_SKIP(bytes, "bai2/newline_delimited_continuations.txt");
  const auto said = heard(*bytes);
  const auto returned = std::ranges::find(said.entries, Outcome::returned, &HeardEntry::outcome);
  ASSERT_NE(returned, said.entries.end());
  EXPECT_EQ(returned->code, "557");
  EXPECT_EQ(returned->amount, 200000);
  EXPECT_EQ(returned->reason, "R02");
  EXPECT_EQ(returned->original_trace, "021000080000030");
  EXPECT_EQ(returned->reference, "1114");
  EXPECT_EQ(returned->bank_reference, "SB2322600000214");
}

}  // namespace
}  // namespace counterfoil
