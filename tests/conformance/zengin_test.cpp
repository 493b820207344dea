// Account transfers of Japan, built from the tables the sources agree on: no public file with real data is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"
#include "tests/generators/fixed_words.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

// Half-width kana as bytes: one a character, a voiced kana being two of them.
constexpr const char* yamada = "\xD4\xCF\xC0\xDE \xC0\xDB\xB3";      // Yamada Tarou
constexpr const char* sakura = "\xB6)\xBB\xB8\xD7";                  // ka) sakura: a company
constexpr const char* suzuki = "\xBD\xBD\xDE\xB7 \xCA\xC5\xBA";      // Suzuki Hanako
constexpr const char* manager = "\xBA\xB3\xC9\xB6\xDD\xD8";          // Kounokanri

std::string filled(std::string text, std::size_t length = 120) {
  text.resize(length, ' ');
  return text;
}

std::string header(const std::string& debit_date = "1227") {
  return filled("1910" "0000123456" + filled(manager, 40) + debit_date + "0005" + filled("", 15) + "123" +
                filled("", 15) + "1" "7654321");
}

std::string data(const std::string& name, const std::string& amount, const std::string& number, char result,
                 const std::string& bank = "0009", const std::string& branch = "219") {
  return filled("2" + bank + filled("", 15) + branch + filled("", 19) + "1" "1234567" + filled(name, 30) + amount + "0" +
                filled(number, 20) + result);
}

std::string trailer(const std::string& totals) { return filled("8" + totals); }

const std::string no_totals(36, '0');

std::string joined(const std::vector<std::string>& records, const std::string& line_end = "\r\n") {
  std::string text;
  for (const std::string& record : records) text += record + line_end;
  return text;
}

std::string request(const std::string& debit_date = "1227", const std::string& line_end = "\r\n") {
  return joined({header(debit_date), data(yamada, "0000045000", "RENT001", '0'),
                 data(sakura, "0000050000", "RENT002", '0', "9900", "018"),
                 data(suzuki, "0000028450", "RENT003", '0'), trailer("000003" "000000123450" + no_totals), filled("9")},
                line_end);
}

struct Read {
  Heard heard;
  Verdict verdict = Verdict::refused;
};

void read(const std::string& bytes, Read& read, Expected expected = Expected::unknown,
          std::optional<Date> day = make_date(2026, 12, 20)) {
  MemorySource source{bytes, 61};
  const auto verdict =
      read_bank_file(source, {.file_name = "f.txt", .format = {}, .expected = expected, .day = day}, read.heard);
  ASSERT_TRUE(verdict.has_value()) << verdict.error().explanation;
  read.verdict = *verdict;
  EXPECT_EQ(read.heard.head.format, "zengin");
}

TEST(ZenginRequest, NamesTheReceivingAccountAndThePayers) {
  Read file;
  read(request(), file);
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  EXPECT_EQ(file.heard.counts.kind, FileKind::instruction);
  ASSERT_EQ(file.heard.batches.size(), 1U);
  const BatchHead& batch = file.heard.batches[0];
  EXPECT_EQ(batch.creditor_id, "0000123456");
  EXPECT_EQ(batch.creditor_bank, "0005123");
  EXPECT_EQ(batch.creditor_account, "7654321");
  EXPECT_EQ(batch.collect_on, make_date(2026, 12, 27));
  ASSERT_EQ(file.heard.entries.size(), 3U);
  const Entry& entry = file.heard.entries[1];
  EXPECT_EQ(entry.reference, "RENT002");
  EXPECT_EQ(entry.payer_bank, "9900018");
  EXPECT_EQ(entry.payer_account, "1234567");
  EXPECT_EQ(entry.payer_name, "\xEF\xBD\xB6)\xEF\xBD\xBB\xEF\xBD\xB8\xEF\xBE\x97");
  EXPECT_EQ(entry.account_kind, "ordinary");
  EXPECT_EQ(entry.amount_minor, 50000) << "yen have no decimals";
  EXPECT_EQ(entry.outcome, Outcome::none);
}

TEST(ZenginRequest, ReadsAnyLineEndsAndNone) {
  for (const std::string line_end : {"\n", "\r", ""}) {
    Read file;
    read(request("1227", line_end), file);
    EXPECT_EQ(file.verdict, Verdict::accepted) << file.heard.finding_codes();
    EXPECT_EQ(file.heard.entries.size(), 3U);
  }
}

TEST(ZenginRequest, TakesTheYearThatIsNearest) {
  for (const auto& [day, collect_on] : {std::pair{make_date(2026, 12, 20), make_date(2027, 1, 5)},
                                        std::pair{make_date(2027, 1, 7), make_date(2027, 1, 5)}}) {
    Read file;
    read(request("0105"), file, Expected::unknown, day);
    EXPECT_EQ(file.heard.batches.at(0).collect_on, collect_on);
  }
  Read unknown;
  read(request("1227"), unknown, Expected::unknown, std::nullopt);
  EXPECT_EQ(unknown.heard.batches.at(0).collect_on, std::nullopt) << "no year is made up";
}

TEST(ZenginResult, SaysOfEveryDebitWhatBecameOfIt) {
  Read file;
  read(joined({header(), data(yamada, "0000045000", "RENT001", '0'), data(sakura, "0000050000", "RENT002", '1'),
               data(suzuki, "0000028450", "RENT003", '3'),
               trailer("000003" "000000123450" "000001" "000000045000" "000002" "000000078450"), filled("9")}),
       file);
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  EXPECT_EQ(file.heard.counts.kind, FileKind::settlement);
  ASSERT_EQ(file.heard.entries.size(), 3U);
  EXPECT_EQ(file.heard.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(file.heard.entries[1].outcome, Outcome::rejected);
  EXPECT_EQ(file.heard.entries[1].reason, "1");
  EXPECT_EQ(file.heard.entries[2].reason, "3");
  const Scheme& scheme = *Catalogue::built_in().find("zengin");
  EXPECT_EQ(scheme.find_reason("1")->retry.choice, RetryPolicy::Choice::yes);
  EXPECT_EQ(scheme.find_reason("3")->mandate_effect, MandateEffect::end);
}

TEST(ZenginResult, InWhichAllWasCollectedIsToldByItsTotalsAlone) {
  const std::string bytes = joined({header(), data(yamada, "0000045000", "RENT001", '0'),
                                    trailer("000001" "000000045000" "000001" "000000045000" "000000" "000000000000"),
                                    filled("9")});
  Read file;
  read(bytes, file);
  EXPECT_EQ(file.heard.counts.kind, FileKind::settlement);
  EXPECT_EQ(file.heard.entries.at(0).outcome, Outcome::settled);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  Read wrong_way;
  read(bytes, wrong_way, Expected::instruction);
  EXPECT_EQ(wrong_way.verdict, Verdict::refused) << "a result is no collection";
}

TEST(ZenginResult, CodeThatNobodyKnowsIsNeverTakenForCollected) {
  Read file;
  read(joined({header(), data(yamada, "0000045000", "RENT001", 'E'),
               trailer("000001" "000000045000" "000000" "000000000000" "000001" "000000045000"), filled("9")}),
       file);
  EXPECT_EQ(file.verdict, Verdict::accepted);
  EXPECT_EQ(file.heard.entries.at(0).outcome, Outcome::unknown);
  EXPECT_EQ(file.heard.entries.at(0).reason, "E");
}

TEST(ZenginResult, WithTotalsThatDoNotFitItsCodesWaitsForPeople) {
  Read file;
  read(joined({header(), data(yamada, "0000045000", "RENT001", '1'),
               trailer("000001" "000000045000" "000001" "000000045000" "000000" "000000000000"), filled("9")}),
       file);
  EXPECT_EQ(file.verdict, Verdict::accepted_with_findings);
}

TEST(ZenginFile, InEbcdicIsRefused) {
  std::string bytes = request();
  bytes[3] = '1';
  Read file;
  read(bytes, file);
  EXPECT_EQ(file.verdict, Verdict::refused);
}

TEST(ZenginFile, OfSeveralGroupsHasABatchForEach) {
  Read file;
  const std::string total = trailer("000001" "000000045000" + no_totals);
  read(joined({header(), data(yamada, "0000045000", "A", '0'), total, header("0105"),
               data(yamada, "0000045000", "B", '0'), total, filled("9")}),
       file);
  EXPECT_TRUE(file.heard.findings.empty()) << file.heard.finding_codes();
  ASSERT_EQ(file.heard.batches.size(), 2U);
  EXPECT_EQ(file.heard.batches[1].collect_on, make_date(2027, 1, 5));
}

Order order_of(std::vector<Entry> entries) {
  Order made;
  made.order.format = "zengin";
  made.order.head.created_on = make_date(2026, 12, 20);
  BatchHead batch;
  batch.creditor_id = "0000123456";
  batch.creditor_name = "\xEF\xBD\xBA\xEF\xBD\xB3\xEF\xBE\x89\xEF\xBD\xB6\xEF\xBE\x9D\xEF\xBE\x98";
  batch.creditor_bank = "0005123";
  batch.creditor_account = "7654321";
  batch.collect_on = make_date(2026, 12, 27);
  batch.currency = *Currency::parse("JPY");
  made.add(batch, std::move(entries));
  return made;
}

Entry debit(std::string_view name, std::int64_t amount, std::string_view reference, std::string_view bank = "0009219") {
  Entry entry;
  entry.payer_bank = bank;
  entry.payer_account = "1234567";
  entry.payer_name = name;
  entry.amount_minor = amount;
  entry.reference = reference;
  return entry;
}

TEST(ZenginWriting, FoldsNamesToHalfWidthKanaAndGivesTheSameBytes) {
  // Yamada Tarou in full-width katakana, the company in half-width, Suzuki Hanako in hiragana.
  Order order = order_of({debit("\xE3\x83\xA4\xE3\x83\x9E\xE3\x83\x80 \xE3\x82\xBF\xE3\x83\xAD\xE3\x82\xA6", 45000, "RENT001"),
                          debit("\xEF\xBD\xB6)\xEF\xBD\xBB\xEF\xBD\xB8\xEF\xBE\x97", 50000, "RENT002", "9900018"),
                          debit("\xE3\x81\x99\xE3\x81\x9A\xE3\x81\x8D \xE3\x81\xAF\xE3\x81\xAA\xE3\x81\x93", 28450, "RENT003")});
  EXPECT_EQ(order.written(), request());
}

TEST(ZenginWriting, EndsNoLinesWhereTheBankWantsNone) {
  Order order = order_of({debit("A", 1, "X")});
  order.order.profile = "unbroken";
  EXPECT_EQ(order.written().size(), 4U * 120U);
}

TEST(ZenginWriting, NeverCutsAReferenceAndRefusesWhatHasNoKana) {
  EXPECT_EQ(order_of({debit("A", 1, "123456789012345678901")}).error().code, "write.too-long");
  EXPECT_FALSE(order_of({debit("\xE5\xB1\xB1\xE7\x94\xB0", 1, "X")}).error().code.empty()) << "Yamada in Chinese characters";
}

}  // namespace
}  // namespace counterfoil
