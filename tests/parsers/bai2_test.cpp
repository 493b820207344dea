// BAI2: what banks write otherwise than the specification says, and what must be told of it.
#include <gtest/gtest.h>

#include <string>

#include "parsers/bai2_grammar.hpp"
#include "tests/parsers/heard_statements.hpp"

namespace counterfoil {
namespace {

/// One group of one account with one returned debit; every control is right.
const std::string report =
    "01,121140399,COMPANY,261202,0754,17,80,1,2/\n02,COMPANY,121140399,1,261201,2400,USD,2/\n"
    "03,1234567890,USD,010,100000,,,015,105000,,,100,25000,1,,400,20000,1,/\n"
    "16,166,25000,0,B-1,,ACH SETTLEMENT/\n"
    "16,557,20000,V,261202,,B-2,121042880000001,RETURN \"R01\"\n88,IDNM: T1-17\n"
    "49,295000,5/\n98,295000,1,7/\n99,295000,1,9/\n";

TEST(Bai2, ATransactionSaysWhatBecameOfACollection) {
  const auto said = heard(report);
  EXPECT_EQ(said.verdict, Verdict::accepted) << said.messages();
  EXPECT_TRUE(said.findings.empty()) << said.messages();
  ASSERT_EQ(said.entries.size(), 2U);
  EXPECT_EQ(said.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(said.entries[0].level, Level::block) << "one sum for the batch";
  const auto& returned = said.entries[1];
  EXPECT_EQ(returned.outcome, Outcome::returned);
  EXPECT_EQ(returned.reason, "R01");
  EXPECT_EQ(returned.reference, "T1-17");
  EXPECT_EQ(returned.original_trace, "121042880000001");
  EXPECT_EQ(returned.bank_reference, "B-2");
  EXPECT_EQ(returned.booked_on, make_date(2026, 12, 1));
  EXPECT_EQ(returned.valued_on, make_date(2026, 12, 2));
  ASSERT_EQ(said.statements.size(), 1U);
  EXPECT_EQ(said.statements[0].opening, 100000);
  EXPECT_EQ(said.statements[0].closing, 105000);
  EXPECT_EQ(said.statements[0].debit_sum, 20000);
  EXPECT_EQ(said.counts.records, 9U);
}

TEST(Bai2, TheFundsTypeDecidesHowManyFieldsFollow) {
  EXPECT_EQ(parse_bai2_transaction("115,450000,S,100000,200000,150000,B,C,text")->bank_reference, "B");
  EXPECT_EQ(parse_bai2_transaction("115,450000,D,2,0,1,1,2,B,C,text")->customer_reference, "C");
  EXPECT_EQ(parse_bai2_transaction("115,450000,V,261201,,B,C,text, with commas/slashes")->text, "text, with commas/slashes");
  EXPECT_EQ(parse_bai2_transaction("115,450000,v,261201,1200,B,C,")->funds.type, 'V') << "small letters";
  EXPECT_EQ(parse_bai2_transaction("115,450000,Z,B,C,t")->bank_reference, "B");
  EXPECT_EQ(parse_bai2_transaction("115,450000,,B,C,t")->bank_reference, "B");
  EXPECT_EQ(parse_bai2_transaction("115,450000")->amount, "450000");
}

TEST(Bai2, SummariesComeInGroupsOfFour) {
  Bai2Account account;
  EXPECT_TRUE(parse_bai2_account("0975312468,,010,500000,,,190,70000000,4,0,110,70000000,15,D,3,0,20000000,1,30000000,3,"
                                 "20000000",
                                 account));
  ASSERT_EQ(account.summaries.size(), 3U);
  EXPECT_EQ(account.summaries[2].type, "110");
  EXPECT_EQ(account.summaries[2].count, "15");
  EXPECT_TRUE(parse_bai2_account("107049924,USD,,,,,060,13053325440,,,100,000,0,,400,000,0,", account));
  EXPECT_EQ(account.summaries.size(), 3U) << "an empty group";
  EXPECT_FALSE(parse_bai2_account("1,USD,01X,5", account));
}

TEST(Bai2, AContinuationGoesOnInTheMiddleOfAGroup) {
  auto text = report;
  const std::string whole = ",400,20000,1,/\n";
  text.replace(text.find(whole), whole.size(), ",400/\n88,20000,1,/\n");
  const auto wrong = heard(text);
  EXPECT_EQ(wrong.codes(), "bai2.control 8, bai2.control 9, bai2.control 10") << "one record more: " << wrong.messages();
  EXPECT_EQ(wrong.statements.at(0).closing, 105000);
}

TEST(Bai2, SeveralRecordsMayStandInOneLine) {
  auto text = report;
  for (std::size_t at = text.find("/\n"); at != std::string::npos; at = text.find("/\n", at)) text.replace(at, 2, "/   ");
  const auto said = heard(text);
  EXPECT_TRUE(said.findings.empty()) << said.messages();
  EXPECT_EQ(said.entries.size(), 2U);
}

TEST(Bai2, LinesArePaddedWithBlanksAndSlashesMayBeMissingAtTheEnd) {
  std::string text;
  for (std::size_t at = 0; at < report.size();) {
    const auto end = report.find('\n', at);
    auto line = report.substr(at, end - at);
    line.resize(std::max<std::size_t>(line.size(), 80), ' ');
    text += line + "\r\n";
    at = end + 1;
  }
  EXPECT_TRUE(heard(text).findings.empty()) << heard(text).messages();
  auto bare = report;
  bare.replace(bare.find("99,295000,1,9/"), 14, "99,295000,1,9");
  EXPECT_TRUE(heard(bare).findings.empty()) << heard(bare).messages();
}

TEST(Bai2, ATextMayRunOnWithoutAContinuation) {
  auto text = report;
  text.replace(text.find("88,IDNM"), 3, "");
  const auto said = heard(text);
  EXPECT_NE(said.codes().find("bai2.text-runs-on 6"), std::string::npos) << said.codes();
  EXPECT_EQ(said.entries.at(1).reference, "T1-17");
}

TEST(Bai2, EveryDigitOfAControlThatChangesIsSeen) {
  for (const std::string_view control : {"49,295000,5/", "98,295000,1,7/", "99,295000,1,9/", ",20000,V"}) {
    const auto at = report.find(control);
    for (std::size_t i = 3; i < control.size(); ++i) {
      if (control[i] < '0' || control[i] > '9') continue;
      for (const char digit : std::string_view{"0123456789"}) {
        if (digit == control[i]) continue;
        auto changed = report;
        changed[at + i] = digit;
        EXPECT_NE(heard(changed).verdict, Verdict::accepted) << changed.substr(at, control.size());
      }
    }
  }
}

TEST(Bai2, IsNeverTakenForWholeWhenItIsCut) {
  for (std::size_t size = 1; size + 3 < report.size(); ++size)
    EXPECT_NE(heard(std::string_view{report}.substr(0, size)).verdict, Verdict::accepted) << "cut at " << size;
}

TEST(Bai2, ALineGoneOrTwiceIsSeen) {
  for (std::size_t at = 0; at < report.size();) {
    const auto end = report.find('\n', at) + 1;
    auto gone = report, twice = report;
    gone.erase(at, end - at);
    twice.insert(at, report.substr(at, end - at));
    EXPECT_NE(heard(gone).verdict, Verdict::accepted) << "without " << report.substr(at, end - at);
    EXPECT_NE(heard(twice).verdict, Verdict::accepted) << "twice " << report.substr(at, end - at);
    at = end;
  }
}

TEST(Bai2, AReportThatIsTakenBackPostsNothing) {
  auto text = report;
  text.replace(text.find("121140399,1,261201"), 18, "121140399,2,261201");
  const auto said = heard(text);
  EXPECT_EQ(said.codes(), "bai2.deletion 2");
  EXPECT_EQ(said.verdict, Verdict::accepted_with_findings);
  for (const auto& entry : said.entries) {
    EXPECT_FALSE(entry.is_booked);
    EXPECT_EQ(entry.outcome, Outcome::none);
  }
  EXPECT_TRUE(said.statements.empty());
}

TEST(Bai2, ATestOfTheBankPostsNothing) {
  auto text = report;
  text.replace(text.find("121140399,1,261201"), 18, "121140399,4,261201");
  EXPECT_EQ(heard(text).codes(), "bai2.test 2");
  EXPECT_FALSE(heard(text).entries.at(1).is_booked);
}

TEST(Bai2, BytesThatAreNoTextStandNowhere) {  // Found by the fuzzer: a reference of other bytes.
  auto text = report;
  text.replace(text.find("B-1,"), 4, std::string("B\x88\x00", 3) + "1,");
  const auto said = heard(text);
  EXPECT_EQ(said.codes(), "bai2.characters 4");
  EXPECT_EQ(said.entries.at(0).bank_reference, "B? 1");
}

TEST(Bai2, AReportWithoutItsHeadIsRefused) {  // Found by the fuzzer: entries came before any file was announced.
  HeardStatements kept;
  const auto headless = report.substr(report.find('\n') + 1);
  MemorySource source{headless};
  EXPECT_EQ(read_bank_file(source, {.file_name = {}, .format = "bai2"}, kept).value_or(Verdict::accepted), Verdict::refused);
  EXPECT_EQ(kept.codes(), "bai2.no-head 1");
  EXPECT_TRUE(kept.entries.empty());
}

TEST(Bai2, VersionThreeIsRefusedByName) {
  auto text = report;
  text.replace(text.find(",80,1,2/"), 8, ",80,1,3/");
  const auto said = heard(text);
  EXPECT_EQ(said.verdict, Verdict::refused);
  EXPECT_EQ(said.codes(), "bai2.version 1");
}

TEST(Bai2, ATypeOfTheBanksOwnIsNotPosted) {
  auto text = report;
  text.replace(text.find("16,166,"), 7, "16,905,");
  const auto said = heard(text);
  EXPECT_EQ(said.codes(), "bai2.type 4");
  EXPECT_EQ(said.entries.at(0).outcome, Outcome::none);
}

TEST(Bai2, AnAmountOfYenHasNoDecimals) {
  auto text = report;
  for (auto at = text.find("USD"); at != std::string::npos; at = text.find("USD", at)) text.replace(at, 3, "JPY");
  EXPECT_EQ(heard(text).entries.at(0).amount, 25000);
  EXPECT_EQ(heard(text).entries.at(0).currency, "JPY");
}

}  // namespace
}  // namespace counterfoil
