// Reports of Bacs of our own making: what no public sample shows.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

/// "mandate reason outcome amount" of each entry, and the codes of the findings.
class Heard final : public WordSink {
 public:
  void file(const FileHead& said) override {
    format = said.format;
    original = said.original_message_id;
  }
  void entry(const Entry& said) override {
    entries.push_back(std::string{said.level == Level::file ? "(file)" : said.mandate} + " " +
                      std::string{said.reason} + " " + std::string{outcome_name(said.outcome)} + " " +
                      std::to_string(said.amount_minor));
    texts.emplace_back(said.reason_text);
    changes.emplace_back(said.corrected_data);
    news.emplace_back(mandate_news_name(said.mandate_event));
    accounts.push_back(std::string{said.payer_bank} + " " + std::string{said.payer_account});
  }
  void finding(const Finding& said) override { findings += said.code + " "; }
  void end(const FileCounts& said) override { kind = said.kind; }

  std::string format, original, findings;
  std::vector<std::string> entries, texts, changes, accounts, news;
  FileKind kind = FileKind::unknown;
};

Verdict read(const std::string& data, Heard& heard) {
  const std::string text = "<?xml version='1.0'?><BACSDocument><Data>" + data +
                           "</Data><SignatureMethod/><Signature></Signature></BACSDocument>";
  MemorySource source{text};
  const auto verdict = read_bank_file(source, {.file_name = "report.xml", .format = {}}, heard);
  EXPECT_TRUE(verdict.has_value());
  return verdict.value_or(Verdict::refused);
}

std::string arudd(const std::string& items, const std::string& totals) {
  return "<ARUDD><Header reportType='REFT' adviceNumber='001' currentProcessingDate='2026-11-24'/>"
         "<ServiceLicenseInformation userName='HARBOUR' userNumber='123456'/><Advice><OriginatingAccountRecords>"
         "<OriginatingAccountRecord><OriginatingAccount name='HARBOUR' number='5779911' sortCode='20-00-00'/>" +
         items + totals + "</OriginatingAccountRecord></OriginatingAccountRecords></Advice></ARUDD>";
}

std::string item(const std::string& reference, const std::string& code, const std::string& description) {
  return "<ReturnedDebitItem ref='" + reference + "' transCode='17' returnCode='" + code + "' returnDescription='" +
         description +
         "' originalProcessingDate='2026-11-20' valueOf='1,250.00' currency='GBP'>"
         "<PayerAccount number='1234567' sortCode='1-02-03' name='M &amp; S'/></ReturnedDebitItem>";
}

TEST(BacsReports, AFourCharacterReasonNeedsADescriptionThatAgrees) {
  Heard heard;
  EXPECT_EQ(read(arudd(item("A-1", "0128", "REFER TO PAYER") + item("A-2", "1012", "SOMETHING ELSE") +
                           item("A-3", "B", "") + item("A-4", "Z", "WHO KNOWS"),
                       "<Totals numberOf='4' valueOf='5000.00' currency='GBP'/>"),
                 heard),
            Verdict::accepted);
  EXPECT_EQ(heard.entries, (std::vector<std::string>{"A-1 ARUDD-0 returned 125000", "A-2 1012 unknown 125000",
                                                     "A-3 ARUDD-B returned 125000", "A-4 Z unknown 125000"}));
  EXPECT_EQ(heard.findings, "bacs.reason-unknown bacs.reason-unknown ");
}

TEST(BacsReports, LostZerosComeBack) {
  Heard heard;
  read(arudd(item("A-1", "0", ""), ""), heard);
  EXPECT_EQ(heard.accounts, (std::vector<std::string>{"010203 01234567"}));
}

TEST(BacsReports, TotalsThatDifferAreAnErrorAndNothingIsLost) {
  Heard heard;
  EXPECT_EQ(read(arudd(item("A-1", "0", ""), "<Totals numberOf='2' valueOf='1250.01' currency='GBP'/>"), heard),
            Verdict::accepted_with_findings);
  EXPECT_EQ(heard.findings, "bacs.count-differs bacs.sum-differs ");
  EXPECT_EQ(heard.entries.size(), 1U);
}

std::string advices(const std::string& type, const std::string& inside) {
  return "<MessagingAdvices><MessagingHeader advice-type='" + type +
         "' user-number='123456' envelope-sequence-number='7' report-generation-date='2026-11-24' user-name='HARBOUR'/>"
         "<AddresseeInformation name='0'/>" +
         inside + "<MessagingError/></MessagingAdvices>";
}

TEST(BacsReports, AReturnedInstructionIsARejectionOfItsOwnList) {
  Heard heard;
  read(advices("AUDDIS",
               "<MessagingAdvice record-type='N' reference='A-1' reason-code='5' vol-serial-number='000009'/>"),
       heard);
  EXPECT_EQ(heard.format, "bacs-report.auddis");
  EXPECT_EQ(heard.original, "000009");
  EXPECT_EQ(heard.entries, (std::vector<std::string>{"A-1 AUDDIS-5 rejected 0"}));
  EXPECT_EQ(heard.findings, "");
}

TEST(BacsReports, AnAdviceSaysWhatBecameOfTheInstruction) {
  std::string inside;
  for (const auto* reason : {"0", "1", "2", "B", "3", "C", "D", "E", "R"}) {
    inside += "<MessagingAdvice record-type='A' reference='A-1' reason-code='" + std::string{reason} + "'/>";
  }
  Heard heard;
  read(advices("ADDACS", inside), heard);
  EXPECT_EQ(heard.news, (std::vector<std::string>{"ended", "ended", "ended", "ended", "changed", "changed", "changed",
                                                  "changed", "created"}));
}

TEST(BacsReports, ATransferWithoutNewDetailsBringsNone) {
  Heard heard;
  read(advices("ADDACS",
               "<MessagingAdvice record-type='A' reference='A-1' reason-code='3' payer-new-sort-code='000000' "
               "payer-new-account-number='0'/>"),
       heard);
  EXPECT_EQ(heard.changes, (std::vector<std::string>{""}));
}

TEST(BacsReports, AReportWithoutAdvicesIsEmptyAndSound) {
  Heard heard;
  EXPECT_EQ(read(advices("ADDACS", ""), heard), Verdict::accepted);
  EXPECT_EQ(heard.kind, FileKind::empty);
  EXPECT_EQ(heard.format, "bacs-report.addacs");
}

std::string input(const std::string& errors, const std::string& accepted, const std::string& adjusted) {
  return "<InputReport><Header reportType='REFT2013' reportNumber='1'><ProducedOn date='2026-11-24' time='09:00:00'/>"
         "<ProcessingDate date='2026-11-25'/></Header><Submission><SubmissionInformation volumeSerialNumber='000201'/>"
         "<UserFile><InputUserFile><UserFileInformation userNumber='123456' userFileNumber='001' fileCurrency='GBP' "
         "uhl1WorkCode='1 DAILY' uhl1ProcessingDate='^^-^^-^^'/><DaySection/><Errors>" +
         errors +
         "</Errors><InputReportSummary><AgreementOfFileTotals><CreditEntry/><DebitEntry><AcceptedRecords numberOf='2' "
         "valueOf='" +
         accepted +
         "'/><RejectedRecords numberOf='0' valueOf='0.00'/><UserTrailerTotals numberOf='2' valueOf='20.00'/>"
         "<AdjustmentRecords numberOf='0' valueOf='" +
         adjusted +
         "'/></DebitEntry></AgreementOfFileTotals></InputReportSummary></InputUserFile></UserFile></Submission>"
         "</InputReport>";
}

TEST(BacsReports, TheInputReportSaysWhatArrivedAndWhatWasRejected) {
  Heard heard;
  EXPECT_EQ(
      read(input("<Error><ErrorItem reference='A-1' transactionCode='17' currency='GBP' valueOf='12.50' "
                 "errorItemType='DEBIT' errorCode='77'><DestinationAccount number='1' sortCode='010203'/></ErrorItem>"
                 "<ErrorMessage type='REJECTED'><MessageLine>INVALID ACCOUNT</MessageLine></ErrorMessage></Error>",
                 "20.00", "0.00"),
           heard),
      Verdict::accepted);
  EXPECT_EQ(heard.format, "bacs-report.input");
  EXPECT_EQ(heard.original, "000201");
  EXPECT_EQ(heard.entries, (std::vector<std::string>{"(file)  accepted 0", "A-1 INPUT-REJECTED rejected 1250"}));
  EXPECT_EQ(heard.texts.back(), "77: INVALID ACCOUNT");
  EXPECT_EQ(heard.findings, "");
}

TEST(BacsReports, AnInputReportWithoutErrorsSaysThatTheSubmissionArrived) {
  Heard heard;
  EXPECT_EQ(read(input("", "20.00", "0.00"), heard), Verdict::accepted);
  EXPECT_EQ(heard.original, "000201");
  EXPECT_EQ(heard.entries, (std::vector<std::string>{"(file)  accepted 0"}));
}

TEST(BacsReports, AnAdjustmentOrAnotherSumIsAnError) {
  Heard heard;
  EXPECT_EQ(read(input("", "19.00", "1.00"), heard), Verdict::accepted_with_findings);
  EXPECT_EQ(heard.findings, "bacs.input-sum bacs.adjusted ");
}

TEST(BacsReports, ADoctypeIsRefusedAsInEveryXmlFile) {
  const std::string text = "<!DOCTYPE x [<!ENTITY a 'b'>]><BACSDocument><Data/></BACSDocument>";
  MemorySource source{text};
  Heard heard;
  EXPECT_EQ(*read_bank_file(source, {.file_name = "report.xml", .format = {}}, heard), Verdict::refused);
}

TEST(BacsReports, AReportCutOffIsRefused) {
  const std::string text = "<BACSDocument><Data>" + arudd(item("A-1", "0", ""), "");
  MemorySource source{text};
  Heard heard;
  EXPECT_EQ(*read_bank_file(source, {.file_name = "report.xml", .format = {}}, heard), Verdict::refused);
}

}  // namespace
}  // namespace counterfoil
