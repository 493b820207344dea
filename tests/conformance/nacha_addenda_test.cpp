// What international (IAT) and corporate (CTX) entries say in their addenda: on the samples that hold some, and on files of
// our own making.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/conformance/kept_sample.hpp"

namespace counterfoil {
namespace {

TEST(NachaSamples, InternationalEntriesSayWhoPaysAndFromWhere) {
  const auto kept = read_sample("nacha/ppd-iat-4-batches-no-fill.ach");
  if (!kept) GTEST_SKIP() << "nacha/ppd-iat-4-batches-no-fill.ach is not here.";
  ASSERT_EQ(kept->entries.size(), 48U);
  const KeptEntry& entry = kept->entries[43];
  EXPECT_EQ(entry.payer_name, "HAYDEN BANKS");
  EXPECT_EQ(entry.reference, "A276");
  EXPECT_EQ(entry.amount, 109000);
  EXPECT_EQ(kept->said().find("nacha.iat"), std::string::npos) << kept->said();
}

TEST(NachaSamples, CorporateEntriesCarryTheRemittanceOfAllTheirAddenda) {
  const auto kept = read_sample("nacha/ctx-debit.ach");
  if (!kept) GTEST_SKIP() << "nacha/ctx-debit.ach is not here.";
  ASSERT_EQ(kept->entries.size(), 1U);
  EXPECT_EQ(kept->entries[0].payer_name, "Receiver Company");
  EXPECT_EQ(kept->entries[0].remittance, "Debit First AccountDebit Second Account");
}

// ---- What the samples do not show, in records of our own making

std::string padded(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

/// One international debit with the addenda given, each without its last seven columns.
std::string international(std::string_view number_of_addenda, const std::vector<std::string>& addenda) {
  const auto zeros = [](std::size_t number, std::size_t digits) {
    std::string text = std::to_string(number);
    return std::string(digits - text.size(), '0') + text;
  };
  const std::string totals = "0007640125" "000000109000" "000000000000";
  std::vector<std::string> lines{
      "101 07640125112345678902611020930A094101" + padded("EXAMPLE BANK", 23) + "EXAMPLE ESTATES",
      padded("5225", 20) + padded("FV3", 18) + "CA1234567890IATRENT      USDCAD261103   1" "07640125" "0000001",
      padded("627076401251" + std::string{number_of_addenda}, 29) + "0000109000" + padded("998412345", 39) +
          "1" "076401250000001"};
  for (const std::string& one : addenda) lines.push_back(padded(one, 87) + "0000001");
  lines.push_back(padded("8225" + zeros(addenda.size() + 1, 6) + totals + "1234567890", 79) + "07640125" "0000001");
  lines.push_back("9000001" + zeros((lines.size() + 10) / 10, 6) + zeros(addenda.size() + 1, 8) + totals);
  while (lines.size() % 10 != 0) lines.emplace_back(94, '9');
  std::string file;
  for (const std::string& line : lines) file += padded(line, 94) + "\n";
  return file;
}

std::vector<std::string> mandatory_addenda() {
  return {"710RLS000000000000123456                      HAYDEN BANKS",
          "711EXAMPLE ESTATES                    123 EASY STREET",
          "712ANYTOWN*KS\\                        US*12345\\",
          "713EXAMPLE BANK                       01076401251                         US",
          "714CENTRAL                            01021200025                         CA",
          "715A276           PO Box 190",
          "716Metropolis*ON\\                     CA*01234\\"};
}

TEST(NachaInternational, AddendaAreReadFieldByField) {
  auto addenda = mandatory_addenda();
  addenda.emplace_back("717Rent of October");
  addenda.back().resize(83, ' ');
  addenda.back() += "0001";
  const auto kept = read_text(international("0008", addenda));
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_TRUE(kept.findings.empty()) << kept.said();
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].payer_name, "HAYDEN BANKS");
  EXPECT_EQ(kept.entries[0].remittance, "Rent of October");
  EXPECT_EQ(kept.entries[0].reference, "A276");
}

TEST(NachaInternational, ALostAddendaIsSaid) {
  auto addenda = mandatory_addenda();
  addenda.erase(addenda.begin() + 3);
  const auto kept = read_text(international("0007", addenda));
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].payer_name, "HAYDEN BANKS");
  EXPECT_NE(kept.said().find("number_of_addenda"), std::string::npos) << kept.said();
  const auto declared = read_text(international("0006", addenda));
  EXPECT_NE(declared.said().find("nacha.iat-addenda"), std::string::npos) << declared.said();
}

TEST(NachaInternational, ARemittanceOutOfTurnIsSaid) {
  auto addenda = mandatory_addenda();
  addenda.emplace_back("717Rent of October");
  addenda.back().resize(83, ' ');
  addenda.back() += "0004";
  const auto kept = read_text(international("0008", addenda));
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_NE(kept.said().find("nacha.iat-addenda"), std::string::npos) << kept.said();
}

}  // namespace
}  // namespace counterfoil
