#include "generators/iso20022_answer.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/generators/schema.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {
namespace {

struct Answer {
  WriteOrder order;
  std::vector<std::vector<Entry>> entries;
};

struct Written {
  Result<WrittenFile> file;
  std::string text;
};

Written write(const Answer& answer) {
  ListedEntries source{answer.entries};
  TextTarget target;
  auto file = write_iso20022_answer(answer.order, source, target);
  return {std::move(file), std::move(target.text)};
}

Entry collection(std::string_view reference, std::int64_t amount) {
  Entry entry;
  entry.reference = reference;
  entry.amount_minor = amount;
  entry.currency = euro;
  entry.mandate = "M-000042";
  entry.signed_on = make_date(2025, 3, 1);
  entry.payer_name = "Anna & Bob <Muster>";
  entry.payer_account = "NL91ABNA0417164300";
  entry.payer_bank = "ABNANL2A";
  entry.remittance = "Service charge November 2026";
  return entry;
}

Entry rejected(std::string_view reference, std::int64_t amount, std::string_view reason) {
  Entry entry = collection(reference, amount);
  entry.outcome = Outcome::rejected;
  entry.reason = reason;
  return entry;
}

Answer status_report(std::string_view format) {
  Answer answer;
  answer.order.format = format;
  answer.order.head.message_id = "BANK-1";
  answer.order.head.created = "2026-11-16T08:00:00";
  answer.order.head.sender = "COBADEFFXXX";
  answer.order.head.original_message_id = "CF-20261102-0001";
  answer.order.head.original_message_name = "pain.008.001.08";
  BatchHead block;
  block.original_id = "CF-20261102-0001-1";
  block.instrument = "CORE";
  block.sequence = SequenceType::recurring;
  block.collect_on = make_date(2026, 11, 17);
  answer.order.batches = {block};
  answer.entries = {{rejected("B000123-1", 15050, "AC04"), rejected("B000124-1", 10000, "MS03")}};
  return answer;
}

Answer statement(std::string_view format) {
  Answer answer;
  answer.order.format = format;
  answer.order.head.message_id = "BANK-2";
  answer.order.head.created = "2026-11-18T06:00:00+01:00";
  BatchHead day;
  day.id = "2026-322";
  day.number = 322;
  day.creditor_account = "DE89370400440532013000";
  day.creditor_bank = "COBADEFFXXX";
  day.settled_on = make_date(2026, 11, 17);
  day.currency = euro;
  day.count = 3;
  day.sum_minor = 25050 - 5300 - 1000;
  answer.order.batches = {day};
  Entry whole;
  whole.level = Level::block;
  whole.outcome = Outcome::settled;
  whole.amount_minor = 25050;
  whole.batch_count = 2;
  whole.original_batch_id = "CF-20261102-0001-1";
  whole.original_message_id = "CF-20261102-0001";
  whole.bank_reference = "2026111700000001";
  Entry returned = collection("B000100-1", 5000);
  returned.outcome = Outcome::returned;
  returned.reason = "MS03";
  returned.charges_minor = 300;
  returned.original_batch_id = "CF-20261002-0001-1";
  Entry refunded = collection("B000101-1", 1000);
  refunded.outcome = Outcome::refunded;
  refunded.reason = "MD06";
  refunded.reason_text = "Refund of an authorised debit";
  answer.entries = {{whole, returned, refunded}};
  return answer;
}

void expect_valid(const Written& written, std::string_view format) {
  ASSERT_TRUE(written.file) << written.file.error().code << written.file.error().explanation;
  EXPECT_EQ(written.file->bytes, written.text.size());
  const std::string schema = fmt::format("{}.xsd", format);
  if (!has_schema(schema)) GTEST_SKIP() << schema_path(schema) << " is not here.";
  EXPECT_EQ(schema_faults(written.text, schema), "") << written.text;
}

class StatusReport : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Versions, StatusReport, testing::Values("pain.002.001.03", "pain.002.001.10"));

TEST_P(StatusReport, RejectsSingleCollections) {
  const auto written = write(status_report(GetParam()));
  expect_valid(written, GetParam());
  EXPECT_NE(
      written.text.find("<OrgnlEndToEndId>B000123-1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd>"),
      std::string::npos);
  EXPECT_NE(written.text.find("<Nm>Anna &amp; Bob &lt;Muster&gt;</Nm>"), std::string::npos);
  EXPECT_EQ(written.file->entries, 2U);
}

TEST_P(StatusReport, RejectsAWholeBlock) {
  Answer answer = status_report(GetParam());
  Entry block;
  block.level = Level::block;
  block.outcome = Outcome::rejected;
  block.reason = "AM10";
  answer.entries = {{block}};
  answer.order.batches[0].count = 2;
  answer.order.batches[0].sum_minor = 25050;
  const auto written = write(answer);
  expect_valid(written, GetParam());
  EXPECT_NE(
      written.text.find("<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>250.50</OrgnlCtrlSum><PmtInfSts>RJCT</PmtInfSts>"),
      std::string::npos);
  EXPECT_EQ(written.text.find("TxInfAndSts"), std::string::npos);
}

TEST_P(StatusReport, RejectsTheWholeFile) {
  Answer answer = status_report(GetParam());
  Entry file;
  file.level = Level::file;
  file.outcome = Outcome::rejected;
  file.reason = "FF01";
  file.reason_text = std::string_view{
      "The file is not valid against the schema of the message at line 12 and at a number of other lines; see the log "
      "of the upload."};
  answer.entries = {{file}};
  answer.order.batches = {BatchHead{}};
  answer.order.head.declared_count = 2;
  const auto written = write(answer);
  expect_valid(written, GetParam());
  EXPECT_NE(written.text.find("<GrpSts>RJCT</GrpSts>"), std::string::npos);
  EXPECT_EQ(written.text.find("OrgnlPmtInfAndSts"), std::string::npos);
}

TEST_P(StatusReport, AcceptsTheFileAndRejectsOneCollection) {
  Answer answer = status_report(GetParam());
  Entry file;
  file.level = Level::file;
  file.status = "PART";
  answer.entries[0].insert(answer.entries[0].begin(), file);
  const auto written = write(answer);
  expect_valid(written, GetParam());
  EXPECT_NE(written.text.find("<GrpSts>PART</GrpSts>"), std::string::npos);
}

TEST(StatusReportOf2009, RefusesAStatusItDoesNotKnow) {
  Answer answer = status_report("pain.002.001.03");
  answer.entries[0][0].status = "PRES";
  const auto written = write(answer);
  ASSERT_FALSE(written.file);
  EXPECT_EQ(written.file.error().code, "write.status");
}

class Account : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Versions, Account,
                         testing::Values("camt.053.001.02", "camt.053.001.08", "camt.054.001.02", "camt.054.001.08"));

TEST_P(Account, BooksABatchAReturnAndARefund) {
  const auto written = write(statement(GetParam()));
  expect_valid(written, GetParam());
  EXPECT_NE(written.text.find(
                "<Btch><MsgId>CF-20261102-0001</MsgId><PmtInfId>CF-20261102-0001-1</PmtInfId><NbOfTxs>2</NbOfTxs>"),
            std::string::npos);
  EXPECT_NE(written.text.find("<Amt Ccy=\"EUR\">53.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"), std::string::npos);
  EXPECT_NE(written.text.find("<InstdAmt><Amt Ccy=\"EUR\">50.00</Amt></InstdAmt>"), std::string::npos);
  EXPECT_EQ(written.file->sum_minor, 25050 - 5300 - 1000);
}

TEST_P(Account, MayHoldNoBooking) {
  Answer answer = statement(GetParam());
  answer.entries = {{}};
  answer.order.batches[0].count = 0;
  answer.order.batches[0].sum_minor = 0;
  expect_valid(write(answer), GetParam());
}

TEST_P(Account, LeavesPendingBookingsOutOfTheSum) {
  Answer answer = statement(GetParam());
  answer.entries[0][1].is_booked = false;
  answer.order.batches[0].sum_minor = 25050 - 1000;
  const auto written = write(answer);
  expect_valid(written, GetParam());
  EXPECT_NE(written.text.find("PDNG"), std::string::npos);
}

TEST_P(Account, RefusesWhenTheBookingsDoNotMakeThePlannedChange) {
  Answer answer = statement(GetParam());
  answer.order.batches[0].sum_minor += 1;
  const auto written = write(answer);
  ASSERT_FALSE(written.file);
  EXPECT_EQ(written.file.error().code,
            GetParam().starts_with("camt.053") ? "write.balance-differs" : "write.sum-differs");
  answer.order.batches[0].sum_minor -= 1;
  answer.order.batches[0].count = 4;
  EXPECT_EQ(write(answer).file.error().code, "write.count-differs");
}

TEST(Statement, ClosesWithWhatItOpenedAndTheBookings) {
  Answer answer = statement("camt.053.001.08");
  const Settings settings{{"iso20022.opening_minor", "-20000"}};
  answer.order.head.settings = &settings;
  const auto written = write(answer);
  ASSERT_TRUE(written.file);
  EXPECT_NE(written.text.find("<Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">200.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"),
            std::string::npos);
  EXPECT_NE(written.text.find("<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>"),
            std::string::npos);
}

TEST(Answer, KnowsItsFormats) {
  EXPECT_TRUE(is_iso20022_answer("camt.054.001.08"));
  EXPECT_FALSE(is_iso20022_answer("camt.052.001.08"));
  EXPECT_FALSE(is_iso20022_answer("pain.008.001.08"));
  Answer answer = statement("camt.052.001.08");
  EXPECT_EQ(write(answer).file.error().code, "write.format-unknown");
}

}  // namespace
}  // namespace counterfoil
