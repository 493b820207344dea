// The "304" batch file: sent files and result files, bytes counted in GBK.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/catalogue.hpp"
#include "formats/charset.hpp"
#include "generators/bank_answer.hpp"
#include "generators/writer.hpp"
#include "tests/generators/fixed_words.hpp"

namespace counterfoil {
namespace {

/// Four rows as the example of a regional clearing centre has them.
Order cn_order() {
  Order made;
  made.order.format = "cn-304";
  made.order.head.created_on = make_date(2025, 6, 10);
  made.order.head.message_id = "00200001";
  BatchHead batch;
  batch.creditor_id = "E0000000001";
  batch.creditor_bank = "105584000005";
  batch.id = "00200001";
  batch.collect_on = make_date(2025, 6, 10);
  batch.currency = yuan;
  const std::vector<std::vector<std::string>> rows{
      {"AG0000000000000001", "05", "", "6200000000000000017", "\xE5\xBC\xA0\xE4\xB8\x89"},
      {"AG0000000000000002", "00", "102584000002", "6200000000000000025", "\xE6\x9D\x8E\xE5\x9B\x9B"},
      {"AG0000000000000003", "03", "", "6200000000000000033", "\xE6\xAC\xA7\xE9\x98\xB3\xE5\xA8\x9C\xE5\xA8\x9C"},
      {"AG0000000000000004", "05", "", "6200000000000000041",
       "\xE6\xB7\xB1\xE5\x9C\xB3\xE5\xB8\x82\xE7\xA4\xBA\xE4\xBE\x8B\xE7\x89\xA9\xE4\xB8\x9A\xE7\xAE\xA1\xE7\x90\x86"
       "\xE6\x9C\x89\xE9\x99"
       "\x90\xE5\x85\xAC\xE5\x8F\xB8"}};
  const std::vector<std::int64_t> amounts{25040, 8900, 23711, 72000};
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Entry entry;
    entry.mandate = made.keep(rows[i][0]);
    entry.account_kind = made.keep(rows[i][1]);
    entry.payer_bank = made.keep(rows[i][2]);
    entry.payer_account = made.keep(rows[i][3]);
    entry.payer_name = made.keep(rows[i][4]);
    entry.amount_minor = amounts[i];
    entry.sequence_number = i + 1;
    entries.push_back(entry);
  }
  made.add(batch, std::move(entries));
  return made;
}

std::string sample(const char* name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::filesystem::path base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  std::ifstream in{base / "cn-jrl304-synthetic" / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(Cn304, WritesTheSentExampleByteForByte) {
  const std::string wanted = sample("sent.gbk.txt");
  if (wanted.empty()) GTEST_SKIP() << "cn-jrl304-synthetic/sent.gbk.txt is not here.";
  EXPECT_EQ(cn_order().written(), wanted);
}

TEST(Cn304, WritesTheResultExampleByteForByte) {
  const std::string wanted = sample("return.gbk.txt");
  if (wanted.empty()) GTEST_SKIP() << "cn-jrl304-synthetic/return.gbk.txt is not here.";
  Order answer = cn_order();
  BatchHead& batch = answer.order.batches.front();
  batch.settled_on = make_date(2025, 6, 11);
  batch.creditor_account = "4000000000000000001";
  batch.creditor_name = answer.entries[0][3].payer_name;
  const std::vector<std::string_view> reasons{"FSBR0000", "FSBR6040", "FSBR1203", "FSBR0000"};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    Entry& entry = answer.entries[0][i];
    entry.reason = reasons[i];
    entry.outcome = Catalogue::built_in().find("cn-304")->find_reason(reasons[i])->outcome;
  }
  const std::string text = answer.answered();
  // The example also carries the bank's own words in the last column; they are no part of what is compared.
  ASSERT_EQ(text.size(), wanted.size());
  EXPECT_EQ(text.substr(0, 277), wanted.substr(0, 277));
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(text.substr(277 + row * 573, 352), wanted.substr(277 + row * 573, 352)) << row;
  }
}

TEST(Cn304, SaysInTheHeadOfAResultWhatWasReallyCollected) {
  Order answer = cn_order();
  answer.order.batches.front().settled_on = make_date(2025, 6, 11);
  for (Entry& entry : answer.entries[0]) {
    entry.reason = "FSBR0000";
    entry.outcome = Outcome::settled;
  }
  answer.entries[0][0].collected_minor = 10000;  // Of 250.40.
  const std::string text = answer.answered();
  EXPECT_EQ(text.substr(47, 8), "00000004");
  EXPECT_EQ(text.substr(55, 16), "0000000001146.11");
  EXPECT_EQ(text.substr(71, 8), "00000004");
  EXPECT_EQ(text.substr(79, 16), "0000000001146.11");
  EXPECT_EQ(text.substr(277 + 40, 16), "0000000000100.00");
}

TEST(Cn304, LeavesBlankWhatOnlyTheAnswerSays) {
  const std::string text = cn_order().written();
  EXPECT_EQ(text.substr(71, 24), std::string(24, ' '));
  EXPECT_EQ(text.substr(116, 160), std::string(160, ' '));
  EXPECT_EQ(text.substr(277 + 344, 8), "--------");
}

// Amounts that binary fractions get wrong: a peer writes (int)(19.99 * 100) = 1998.
TEST(Cn304, WritesEveryFenOfAmountsThatFloatingPointGetsWrong) {
  for (const auto& [fen, text] :
       {std::pair{115, "0000000000001.15"}, std::pair{1999, "0000000000019.99"}, std::pair{29, "0000000000000.29"},
        std::pair{435, "0000000000004.35"}, std::pair{10000, "0000000000100.00"}, std::pair{1, "0000000000000.01"}}) {
    Order order = cn_order();
    order.entries[0].resize(1);
    order.entries[0][0].amount_minor = fen;
    order.count_again();
    const std::string bytes = order.written();
    EXPECT_EQ(bytes.substr(277 + 40, 16), text);
    EXPECT_EQ(bytes.substr(55, 16), text);
  }
}

// A peer keeps its totals in DECIMAL(8,2) and overflows at 999 999.99.
TEST(Cn304, KeepsATotalAboveAMillion) {
  Order order = cn_order();
  for (Entry& entry : order.entries[0]) entry.amount_minor = 99'999'999;
  order.count_again();
  EXPECT_EQ(order.written().substr(55, 16), "0000003999999.96");
}

TEST(Cn304, WritesTheLargestAmountAndRefusesOneFenMore) {
  Order order = cn_order();
  order.entries[0].resize(1);
  order.entries[0][0].amount_minor = 999'999'999'999'999;
  order.count_again();
  EXPECT_EQ(order.written().substr(277 + 40, 16), "9999999999999.99");
  order.entries[0][0].amount_minor = 1'000'000'000'000'000;
  order.count_again();
  EXPECT_EQ(order.error().code, "write.too-long");
}

TEST(Cn304, RefusesADebitOfNothing) {
  Order order = cn_order();
  order.entries[0][1].amount_minor = 0;
  order.count_again();
  EXPECT_EQ(order.error().code, "cn-304.zero-amount");
}

TEST(Cn304, TakesANameOfSixtyChineseCharactersAndRefusesSixtyOne) {
  Order order = cn_order();
  std::string name;
  for (int i = 0; i < 60; ++i) name += "\xE5\xBC\xA0";
  order.entries[0][0].payer_name = order.keep(name);
  const std::string text = order.written();
  EXPECT_EQ(to_utf8(Charset::gbk, text.substr(277 + 104, 120)), name);
  order.entries[0][0].payer_name = order.keep(name + "\xE5\xBC\xA0");
  const Error error = order.error();
  EXPECT_EQ(error.code, "write.too-long");
  EXPECT_EQ(error.place.field, "row_sent.account_name");
  EXPECT_NE(error.explanation.find("120 bytes"), std::string::npos);
  EXPECT_NE(error.explanation.find("122"), std::string::npos);
}

// A peer cuts the byte array and leaves half a character behind.
TEST(Cn304, NeverWritesHalfACharacter) {
  Order order = cn_order();
  std::string name = "A";
  for (int i = 0; i < 60; ++i) name += "\xE5\xBC\xA0";
  order.entries[0][0].payer_name = order.keep(name);  // 121 bytes: the last character would be cut in two.
  EXPECT_EQ(order.error().code, "write.too-long");
}

TEST(Cn304, RefusesACharacterThatGbkDoesNotHave) {
  Order order = cn_order();
  order.entries[0][0].payer_name = "\xE7\x8E\x8B\xF0\xAC\x80\xA9";
  const Error error = order.error();
  EXPECT_EQ(error.code, "write.character");
  EXPECT_NE(error.explanation.find("\xF0\xAC\x80\xA9"), std::string::npos);
}

TEST(Cn304, WritesAFourByteCharacterWhereTheCentreTakesGb18030) {
  Order order = cn_order();
  order.order.profile = "gb18030";
  order.entries[0][0].payer_name = "\xE7\x8E\x8B\xF0\xAC\x80\xA9";
  const std::string text = order.written();
  EXPECT_EQ(to_utf8(Charset::gb18030, text.substr(277 + 104, 6)), order.entries[0][0].payer_name);
  EXPECT_EQ(text[277 + 104 + 6], ' ');
  EXPECT_EQ(text.size(), 277U + 4 * 573U);
}

TEST(Cn304, HoldsOneBatchOnly) {
  Order order = cn_order();
  order.add(order.order.batches.front(), order.entries[0]);
  EXPECT_EQ(order.error().code, "write.one-batch");
}

TEST(Cn304, RefusesDetailNumbersThatDoNotRise) {
  Order order = cn_order();
  order.entries[0][2].sequence_number = 2;
  EXPECT_EQ(order.error().code, "write.not-ascending");
}

TEST(Cn304, RefusesACountOrSumThatTheRowsDoNotGive) {
  Order order = cn_order();
  ++order.order.batches.front().count;
  EXPECT_EQ(order.error().code, "write.count-differs");
  order = cn_order();
  ++order.order.batches.front().sum_minor;
  EXPECT_EQ(order.error().code, "write.sum-differs");
}

TEST(Cn304, RefusesAnotherCurrencyThanThatOfTheBatch) {
  Order order = cn_order();
  order.entries[0][0].currency = euro;
  EXPECT_EQ(order.error().code, "write.currency-differs");
}

TEST(Cn304, WarnsOfABankNumberWhoseCheckDigitIsWrong) {
  Order order = cn_order();
  order.entries[0][1].payer_bank = "102584000003";
  std::vector<Finding> notes;
  EXPECT_EQ(order.written(&notes).size(), 277U + 4 * 573U);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].code, "write.check-digit");
  EXPECT_EQ(notes[0].severity, Severity::warning);
}

TEST(Cn304, RefusesAProfileNobodyKnows) {
  Order order = cn_order();
  order.order.profile = "big5";
  const Error error = order.error();
  EXPECT_EQ(error.code, "write.profile-unknown");
  EXPECT_NE(error.remedy.find("gb18030"), std::string::npos);
}

}  // namespace
}  // namespace counterfoil
