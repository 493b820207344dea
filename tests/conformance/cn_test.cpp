// The Chinese samples beside the "304" file: the statement of Industrial Bank and its collection messages, against what
// SOURCES.cn-cib-statement.tsv and SOURCES.cn-cib-gather.tsv say of them, and the numbers of SOURCES.cn-cnaps-code.tsv.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/cnaps.hpp"
#include "tests/conformance/kept_sample.hpp"

namespace counterfoil {
namespace {

#define READ_OR_SKIP(kept, name)          \
  const auto found_##kept = read_sample(name); \
  if (!found_##kept) GTEST_SKIP() << (name) << " is not here."; \
  const KeptSample& kept = *found_##kept

TEST(CibStatementSample, CountsBytesAndNotCharacters) {
  READ_OR_SKIP(kept, "cn-cib-statement/tranlist-1.gbk.txt");
  EXPECT_EQ(kept.format, "cn-cib-statement");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_TRUE(kept.findings.empty()) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::statement);
  ASSERT_EQ(kept.entries.size(), 5U);
  EXPECT_EQ(kept.entries[1].payer_name,
            "\xE9\x9D\x92\xE5\xB2\x9B\xE5\xA4\xAA\xE5\xB9\xB3\xE8\xB4\xA7\xE6\x9F\x9C\xE6\x9C\x89\xE9\x99\x90\xE5\x85"
            "\xAC\xE5\x8F\xB8");
  EXPECT_EQ(kept.entries[1].remittance, "\xE8\xBD\xAC\xE8\xB4\xA6");
  EXPECT_EQ(kept.entries[0].transaction_code, "1820");
  EXPECT_EQ(kept.entries[0].booked_on, make_date(2016, 9, 1));
  EXPECT_EQ(kept.sum(Direction::debit), 10003) << "money that came to the account";
  EXPECT_EQ(kept.sum(Direction::credit), 1000000) << "money that left it";
  for (const KeptEntry& entry : kept.entries) EXPECT_EQ(entry.outcome, Outcome::none) << "a booking settles nothing";
}

TEST(CibGatherSamples, ABatchRequestAsksForTwoDebits) {
  READ_OR_SKIP(kept, "cn-cib-gather/batch-request.xml");
  EXPECT_EQ(kept.format, "cib-gather.request");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::instruction);
  EXPECT_EQ(kept.message_id, "20141120plts100");
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.entries[0].amount, 1233);
  EXPECT_EQ(kept.entries[1].amount, 1234);
  EXPECT_EQ(kept.entries[0].mandate, "110");
  EXPECT_EQ(kept.entries[0].transaction_code, "0") << "pay mode: own bank";
  EXPECT_EQ(kept.entries[0].payer_name, "\xE9\x93\xB6\xE4\xBC\x81\xE6\xB5\x8B\xE8\xAF\x95" "182") << "GBK";
  EXPECT_EQ(kept.entries[0].outcome, Outcome::none);
}

TEST(CibGatherSamples, TheAnswerToABatchSettlesNoItem) {
  READ_OR_SKIP(kept, "cn-cib-gather/batch-response.xml");
  EXPECT_EQ(kept.format, "cib-gather.answer");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::acknowledgement);
  EXPECT_EQ(kept.counts.entries, 0U);
  ASSERT_EQ(kept.entries.size(), 1U) << "of the whole file";
  EXPECT_EQ(kept.entries[0].outcome, Outcome::accepted);
}

TEST(CibGatherSamples, AQueryHoldsNothing) {
  READ_OR_SKIP(kept, "cn-cib-gather/batch-detail-query.xml");
  EXPECT_EQ(kept.format, "cib-gather.query");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_TRUE(kept.entries.empty());
  ASSERT_EQ(kept.findings.size(), 1U) << kept.said();
  EXPECT_EQ(kept.findings[0].code, "cib.query");
  EXPECT_NE(kept.findings[0].message.find("20141120plts100"), std::string::npos);
}

TEST(CibGatherSamples, ResultsSayOfEveryItemWhatBecameOfIt) {
  READ_OR_SKIP(kept, "cn-cib-gather/batch-detail-response.xml");
  EXPECT_EQ(kept.format, "cib-gather.results");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_TRUE(kept.findings.empty()) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::settlement);
  ASSERT_EQ(kept.entries.size(), 2U);
  EXPECT_EQ(kept.of(Outcome::settled, Direction::debit), 2467);
}

TEST(CibGatherSamples, ASingleCollectionIsAnsweredWithTheAmountReallyCollected) {
  READ_OR_SKIP(asked, "cn-cib-gather/single-request.xml");
  EXPECT_EQ(asked.format, "cib-gather.request");
  EXPECT_EQ(asked.verdict, Verdict::accepted) << asked.said();
  ASSERT_EQ(asked.entries.size(), 1U);
  EXPECT_EQ(asked.entries[0].amount, 2122);
  READ_OR_SKIP(kept, "cn-cib-gather/single-response.xml");
  EXPECT_EQ(kept.format, "cib-gather.answer");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  EXPECT_EQ(kept.counts.kind, FileKind::settlement);
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::settled);
  EXPECT_EQ(kept.entries[0].collected, 2122);
}

TEST(CibGatherSamples, ASubaccountOfTwentyFourDigitsIsRead) {
  READ_OR_SKIP(kept, "cn-cib-gather/single-subaccount-request.xml");
  EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].amount, 2);
  EXPECT_EQ(kept.message_id, "20160301-chenwy-ts-single-s002");
}

TEST(CnapsSample, EveryNumberIsJudgedAsTheListSays) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  std::ifstream in{base + "/cn-cnaps-code/vectors.tsv"};
  if (!in) GTEST_SKIP() << "cn-cnaps-code/vectors.tsv is not here.";
  std::string line;
  int judged = 0;
  while (std::getline(in, line)) {
    std::istringstream cells{line};
    std::string number, verdict;
    std::getline(cells, number, '\t');
    std::getline(cells, verdict, '\t');
    if (number.empty() || number.front() == '#') continue;
    EXPECT_EQ(check_bank_number(number).has_value(), verdict == "yes") << line;
    ++judged;
  }
  EXPECT_GT(judged, 10);
}

// ---- What the samples do not show, in messages of our own making

std::string results(std::string_view state, std::string_view more, std::string_view count, std::string_view result,
                    std::string_view code = "0") {
  std::string text = "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<FOX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE></STATUS>"
                     "<DTSERVER>2026-12-01 10:00:00</DTSERVER></SONRS></SIGNONMSGSRSV1><SECURITIES_MSGSRSV1>"
                     "<FBBATCHSTMTTRNRS><TRNUID>Q1</TRNUID><STATUS><CODE>";
  text += std::string{code} + "</CODE><MESSAGE>Worked off</MESSAGE></STATUS><RSBODY MORE=\"" + std::string{more} +
          "\"><TOTALCNT>" + std::string{count} + "</TOTALCNT><TOTALAMT>12.33</TOTALAMT><STATUS>" + std::string{state} +
          "</STATUS><CONTENT><INDX>1</INDX><CONTRACTID>A-1</CONTRACTID><APPLYAMT>12.33</APPLYAMT><RESULT>" +
          std::string{result} +
          "</RESULT><ERRMSG>Why</ERRMSG></CONTENT></RSBODY></FBBATCHSTMTTRNRS></SECURITIES_MSGSRSV1></FOX>";
  return text;
}

TEST(CibGather, ResultsThatAreNotKnownAreNoSuccess) {
  const auto kept = read_text(results("PAYOUT", "N", "1", "7"));
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings) << kept.said();
  ASSERT_EQ(kept.entries.size(), 1U);
  EXPECT_EQ(kept.entries[0].outcome, Outcome::unknown);
  EXPECT_TRUE(kept.has("cib.result-unknown", 2)) << kept.said();
}

TEST(CibGather, ItemsThatWaitAreNeitherCollectedNorRefused) {
  for (const char* waiting : {"2", "-1"})
    EXPECT_EQ(read_text(results("PAYOUT", "N", "1", waiting)).entries.at(0).outcome, Outcome::pending) << waiting;
  const auto failed = read_text(results("PAYOUT", "N", "1", "1"));
  EXPECT_EQ(failed.entries.at(0).outcome, Outcome::rejected);
}

TEST(CibGather, APageOfResultsIsNotTakenForAllOfThem) {
  for (const auto& text : {results("PAYOUT", "Y", "1", "0"), results("PAYOUT", "N", "2", "0")}) {
    const auto kept = read_text(text);
    EXPECT_EQ(kept.verdict, Verdict::accepted) << kept.said();
    EXPECT_EQ(std::ranges::count(kept.findings, "cib.page", &Finding::code), 1) << kept.said();
  }
  EXPECT_EQ(std::ranges::count(read_text(results("PAYOUT", "N", "0", "0")).findings, "cib.count-differs", &Finding::code), 1);
}

TEST(CibGather, TheOuterLayerIsReadAsWellAsTheInnerOne) {
  const auto kept = read_text(results("PAYOUT", "N", "1", "0", "4711"));
  EXPECT_EQ(kept.verdict, Verdict::accepted_with_findings) << kept.said();
  EXPECT_EQ(std::ranges::count(kept.findings, "cib.not-answered", &Finding::code), 1) << kept.said();
}

}  // namespace
}  // namespace counterfoil
