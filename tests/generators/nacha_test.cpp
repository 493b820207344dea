// NACHA collection files and what a bank sends back, byte for byte, and what is refused before a byte is written.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "generators/bank_answer.hpp"
#include "generators/writer.hpp"
#include "tests/generators/fixed_words.hpp"

namespace counterfoil {
namespace {

constexpr std::size_t record = 96;  // 94 columns and CRLF.

BatchHead nacha_batch() {
  BatchHead batch;
  batch.instrument = "PPD";
  batch.creditor_name = "EXAMPLE ESTATES";
  batch.creditor_id = "1234567890";
  batch.creditor_bank = "07640125";
  batch.creditor_account = "4455667788";
  batch.description = "HOA DUES";
  batch.descriptive_date = "NOV 26";
  batch.collect_on = make_date(2026, 11, 3);
  batch.currency = us_dollar;
  return batch;
}

Entry debit(std::string_view reference, std::string_view name, std::string_view account, std::int64_t cents,
            std::uint64_t number) {
  Entry entry;
  entry.reference = reference;
  entry.payer_name = name;
  entry.payer_account = account;
  entry.payer_bank = "123456780";
  entry.account_kind = "checking";
  entry.amount_minor = cents;
  entry.sequence_number = number;
  return entry;
}

void address(Order& made) {
  made.order.format = "nacha";
  made.order.profile = "plain";
  made.order.head.receiver = "076401251";
  made.order.head.sender = "1234567890";
  made.order.head.receiver_name = "EXAMPLE BANK";
  made.order.head.sender_name = "COUNTERFOIL TEST CO";
  made.order.head.created = "2026-11-02T09:30:00";
  made.order.head.created_on = make_date(2026, 11, 2);
  made.order.head.file_modifier = "A";
}

/// Two debits and, in a second batch, a prenote.
Order example() {
  Order made;
  address(made);
  auto second = debit("UNIT-0043", "ROE RICHARD", "98-7654321", 8000, 2);
  second.account_kind = "savings";
  made.add(nacha_batch(), {debit("UNIT-0042", "DOE JANE", "0001234567", 12550, 1), second});
  auto prenote = debit("UNIT-0044", "NEWMAN ANN", "55500011", 0, 3);
  prenote.is_prenote = true;
  BatchHead batch = nacha_batch();
  batch.description = "PRENOTE";
  batch.descriptive_date = {};
  made.add(batch, {prenote});
  return made;
}

/// One batch of one debit, to be changed by a test.
Order one_debit() {
  Order made;
  address(made);
  made.add(nacha_batch(), {debit("UNIT-0042", "DOE JANE", "0001234567", 12550, 1)});
  return made;
}

std::string sample(const char* name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::filesystem::path base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  std::ifstream in{base / "nacha" / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(Nacha, WritesTheForwardExampleByteForByte) {
  const std::string wanted = sample("example-forward.ach");
  if (wanted.empty()) GTEST_SKIP() << "nacha/example-forward.ach is not here.";
  EXPECT_EQ(example().written(), wanted);
}

TEST(Nacha, WritesTheSameBytesAgain) { EXPECT_EQ(example().written(), example().written()); }

TEST(Nacha, WritesTheReturnExampleByteForByte) {
  const std::string wanted = sample("example-return.ach");
  if (wanted.empty()) GTEST_SKIP() << "nacha/example-return.ach is not here.";
  Order answer;
  address(answer);
  std::swap(answer.order.head.sender, answer.order.head.receiver);
  std::swap(answer.order.head.sender_name, answer.order.head.receiver_name);
  answer.order.head.created = "2026-11-05T06:00:00";
  answer.order.head.created_on = make_date(2026, 11, 5);
  BatchHead batch = nacha_batch();
  batch.creditor_bank = "12345678";
  batch.settled_on = make_date(2026, 11, 5);
  Entry returned = debit("UNIT-0042", "DOE JANE", "0001234567", 12550, 71);
  returned.outcome = Outcome::returned;
  returned.transaction_code = "26";
  returned.reason = "R01";
  returned.original_trace = "076401250000001";
  answer.add(batch, {returned});
  batch.instrument = "COR";
  Entry corrected = debit("UNIT-0043", "ROE RICHARD", "98-7654321", 0, 72);
  corrected.outcome = Outcome::corrected;
  corrected.transaction_code = "26";
  corrected.reason = "C03";
  corrected.original_trace = "076401250000002";
  corrected.corrected_data = "123456780   987654321";
  answer.add(batch, {corrected});
  const std::string text = answer.answered();
  if (wanted.find('\r') == std::string::npos) answer.order.profile = "lf";
  EXPECT_EQ(wanted.find('\r') == std::string::npos ? answer.answered() : text, wanted);
}

TEST(Nacha, WritesAZeroEntryFileForABankWithNothingToSay) {
  Order answer;
  address(answer);
  const std::string text = answer.answered();
  ASSERT_EQ(text.size(), 10 * record);
  EXPECT_EQ(text.substr(record, 55), "9000000000001000000000000000000000000000000000000000000");
}

TEST(Nacha, FillsTheLastBlockOfTen) {
  for (std::size_t debits = 1; debits <= 12; ++debits) {
    Order order = one_debit();
    order.entries[0].clear();
    for (std::size_t i = 0; i < debits; ++i) order.entries[0].push_back(debit("R", "DOE JANE", "1", 1, i + 1));
    order.count_again();
    const std::string text = order.written();
    EXPECT_EQ(text.size() % (10 * record), 0U) << debits;
    const std::size_t control = (2 + debits + 1) * record;
    EXPECT_EQ(text.substr(control, 1), "9");
    EXPECT_EQ(std::stoul(text.substr(control + 7, 6)), text.size() / (10 * record)) << debits;
  }
}

TEST(Nacha, KeepsTheRightmostTenDigitsOfTheEntryHash) {
  Order order = one_debit();
  order.entries[0].clear();
  for (std::uint64_t i = 1; i <= 101; ++i) {
    Entry entry = debit("R", "DOE JANE", "1", 1, i);
    entry.payer_bank = "999999992";
    order.entries[0].push_back(entry);
  }
  order.count_again();
  const std::string text = order.written();
  EXPECT_EQ(text.substr(103 * record + 10, 10), "0099999899");  // 101 times 99999999 is 10099999899.
}

TEST(Nacha, WritesRecordsEndToEndWhereTheBankWantsNoLineEnds) {
  Order order = example();
  order.order.profile = "unbroken";
  EXPECT_EQ(order.written().size(), 940U);
  order.order.profile = "lf";
  EXPECT_EQ(order.written().size(), 950U);
}

TEST(Nacha, WritesEveryClassOfDebit) {
  for (const char* instrument : {"PPD", "CCD", "WEB", "TEL"}) {
    Order order = one_debit();
    order.order.batches[0].instrument = instrument;
    EXPECT_EQ(order.written().substr(record + 50, 3), instrument);
  }
}

TEST(Nacha, SaysWhetherAWebDebitIsOneOfASeries) {
  Order order = one_debit();
  order.order.batches[0].instrument = "WEB";
  EXPECT_EQ(order.written().substr(2 * record + 76, 2), "R ");
  order.entries[0][0].sequence = SequenceType::one_off;
  EXPECT_EQ(order.written().substr(2 * record + 76, 2), "S ");
  order.entries[0][0].discretionary = "X";
  EXPECT_EQ(order.error().code, "nacha.payment-type");
}

TEST(Nacha, TakesTheLongestValueOfEveryFieldAndRefusesOneByteMore) {
  struct Limit {
    const char* field;
    std::size_t most;
    void (*set)(Order&, std::string_view);
  };
  const Limit limits[] = {
      {"entry.identification", 15, [](Order& o, std::string_view v) { o.entries[0][0].reference = v; }},
      {"entry.name", 22, [](Order& o, std::string_view v) { o.entries[0][0].payer_name = v; }},
      {"entry.account", 17, [](Order& o, std::string_view v) { o.entries[0][0].payer_account = v; }},
      {"batch_header.company_name", 16, [](Order& o, std::string_view v) { o.order.batches[0].creditor_name = v; }},
      {"batch_header.company_identification", 10,
       [](Order& o, std::string_view v) { o.order.batches[0].creditor_id = v; }},
      {"batch_header.company_entry_description", 10,
       [](Order& o, std::string_view v) { o.order.batches[0].description = v; }},
      {"batch_header.company_discretionary_data", 20,
       [](Order& o, std::string_view v) { o.order.batches[0].discretionary = v; }},
      {"file_header.immediate_origin_name", 23, [](Order& o, std::string_view v) { o.order.head.sender_name = v; }},
  };
  for (const Limit& limit : limits) {
    SCOPED_TRACE(limit.field);
    Order order = one_debit();
    limit.set(order, order.keep(std::string(limit.most, 'A')));
    EXPECT_FALSE(order.written().empty());
    limit.set(order, order.keep(std::string(limit.most + 1, 'A')));
    const Error error = order.error();
    EXPECT_EQ(error.code, "write.too-long");
    EXPECT_EQ(error.place.field, limit.field);
    EXPECT_NE(error.explanation.find(std::to_string(limit.most)), std::string::npos) << error.explanation;
    EXPECT_NE(error.explanation.find(std::to_string(limit.most + 1)), std::string::npos) << error.explanation;
    EXPECT_EQ(error.kind, ErrorKind::refused);
  }
}

TEST(Nacha, TakesTheLargestAmountAndRefusesOneCentMore) {
  Order order = one_debit();
  order.entries[0][0].amount_minor = 9'999'999'999;
  order.count_again();
  EXPECT_EQ(order.written().substr(2 * record + 29, 10), "9999999999");
  order.entries[0][0].amount_minor = 10'000'000'000;
  order.count_again();
  EXPECT_EQ(order.error().code, "write.too-long");
}

TEST(Nacha, NamesTheEntryOfARefusalAndHidesItsAccount) {
  Order order = one_debit();
  order.entries[0][0].payer_account = "123456789012345678";
  const Error error = order.error();
  EXPECT_NE(error.explanation.find("UNIT-0042"), std::string::npos);
  EXPECT_EQ(error.explanation.find("123456789012345678"), std::string::npos);
}

TEST(Nacha, WritesANameInCapitalsWithoutMarksAndSaysSo) {
  Order order = one_debit();
  order.entries[0][0].payer_name = "J\xC3\xBCrgen O'Neil";
  std::vector<Finding> notes;
  EXPECT_EQ(order.written(&notes).substr(2 * record + 54, 22), "JURGEN O'NEIL         ");
  ASSERT_FALSE(notes.empty());
  EXPECT_EQ(notes[0].severity, Severity::note);
  EXPECT_NE(notes[0].message.find("UNIT-0042"), std::string::npos);
}

TEST(Nacha, RefusesANameItCannotSpell) {
  Order order = one_debit();
  order.entries[0][0].payer_name = "\xE5\xBC\xA0\xE4\xB8\x89";
  EXPECT_EQ(order.error().code, "write.character");
  order.entries[0][0].payer_name = "A\nB";
  EXPECT_EQ(order.error().code, "write.character");
  order.entries[0][0].payer_name = "A\xFF";
  EXPECT_EQ(order.error().code, "write.encoding");
}

TEST(Nacha, RefusesARoutingNumberWithAWrongCheckDigit) {
  Order order = one_debit();
  order.entries[0][0].payer_bank = "123456789";
  EXPECT_EQ(order.error().code, "write.check-digit");
}

TEST(Nacha, RefusesReservedDescriptions) {
  for (const char* word : {"REVERSAL", "Reversal", "RETURN FEE", "ACCTVERIFY", "PAYROLL", "PAYROLL 1", "PURCHASE",
                           "RECLAIM", "NO CHECK"}) {
    Order order = one_debit();
    order.order.batches[0].description = word;
    EXPECT_EQ(order.error().code, "nacha.reserved-description") << word;
  }
}

TEST(Nacha, RefusesADescriptionFromTheDayOnThatItIsReserved) {
  for (const auto& [day, is_refused] : {std::pair{"2026-03-19", false}, std::pair{"2026-03-20", true}}) {
    Order order = one_debit();
    order.order.head.created_on = parse_iso_date("2026-03-18");
    order.order.head.created = "2026-03-18T09:00:00";
    order.order.batches[0].collect_on = parse_iso_date(day);
    order.order.batches[0].description = "PURCHASE";
    if (is_refused) {
      EXPECT_EQ(order.error().code, "nacha.reserved-description") << day;
    } else {
      EXPECT_NE(order.written().find("PURCHASE"), std::string::npos) << day;
    }
  }
}

TEST(Nacha, WritesAReservedDescriptionForItsPurpose) {
  Order order = one_debit();
  order.order.batches[0].description = "RETURN FEE";
  (*order.settings)["nacha.batch_purpose"] = "RETURN FEE";
  EXPECT_EQ(order.written().substr(record + 53, 10), "RETURN FEE");
  order = one_debit();
  order.order.batches[0].description = "RETRY PYMT";
  EXPECT_EQ(order.written().substr(record + 53, 10), "RETRY PYMT");
}

TEST(Nacha, RefusesBlankAndZeroHeads) {
  for (const char* blank : {"", "   ", "000"}) {
    Order order = one_debit();
    order.order.batches[0].creditor_name = blank;
    EXPECT_EQ(order.error().code, "nacha.blank-head");
    order = one_debit();
    order.order.batches[0].creditor_id = blank;
    EXPECT_EQ(order.error().code, "nacha.blank-head");
    order = one_debit();
    order.order.batches[0].description = blank;
    EXPECT_EQ(order.error().code, "nacha.blank-head");
  }
}

TEST(Nacha, RefusesAMissingOrStaleDateAndSameDayByMistake) {
  Order order = one_debit();
  order.order.batches[0].collect_on.reset();
  EXPECT_EQ(order.error().code, "nacha.no-effective-date");
  order.order.batches[0].collect_on = make_date(2026, 11, 1);
  EXPECT_EQ(order.error().code, "nacha.stale-date");
  order.order.batches[0].collect_on = make_date(2026, 11, 2);
  EXPECT_EQ(order.error().code, "nacha.same-day");
  (*order.settings)["nacha.same_day"] = "yes";
  EXPECT_EQ(order.written().substr(record + 69, 6), "261102");
  order.entries[0][0].amount_minor = 100'000'001;
  order.count_again();
  EXPECT_EQ(order.error().code, "nacha.same-day-limit");
}

TEST(Nacha, RefusesLiveEntriesOfNothingAndPrenotesOfSomething) {
  Order order = one_debit();
  order.entries[0][0].amount_minor = 0;
  order.count_again();
  EXPECT_EQ(order.error().code, "nacha.amount");
  order.entries[0][0].amount_minor = 1;
  order.entries[0][0].is_prenote = true;
  order.count_again();
  EXPECT_EQ(order.error().code, "nacha.amount");
}

TEST(Nacha, RefusesADebitOfNoAccount) {
  Order order = one_debit();
  order.entries[0][0].payer_account = " ";
  EXPECT_EQ(order.error().code, "nacha.no-account");
}

TEST(Nacha, RequiresTheNameOfAWebOrTelPayer) {
  for (const char* instrument : {"WEB", "TEL"}) {
    Order order = one_debit();
    order.order.batches[0].instrument = instrument;
    order.entries[0][0].payer_name = "  ";
    EXPECT_EQ(order.error().code, "nacha.name");
  }
}

TEST(Nacha, RefusesOtherClassesCreditsAndLoanAccounts) {
  Order order = one_debit();
  order.order.batches[0].instrument = "CTX";
  EXPECT_EQ(order.error().code, "nacha.class");
  order = one_debit();
  order.entries[0][0].direction = Direction::credit;
  EXPECT_EQ(order.error().code, "nacha.not-a-debit");
  order = one_debit();
  order.entries[0][0].account_kind = "loan";
  EXPECT_EQ(order.error().code, "nacha.loan-account");
}

TEST(Nacha, RefusesTracesAndBatchNumbersThatDoNotRise) {
  Order order = example();
  order.entries[0][1].sequence_number = 1;
  EXPECT_EQ(order.error().code, "write.not-ascending");
  order = example();
  order.order.batches[0].number = 2;
  order.order.batches[1].number = 2;
  EXPECT_EQ(order.error().code, "nacha.batch-number");
}

TEST(Nacha, RefusesAnOrderWithoutBatchesAndABatchWithoutEntries) {
  Order order;
  address(order);
  EXPECT_EQ(order.error().code, "write.empty");
  order.add(nacha_batch(), {});
  EXPECT_EQ(order.error().code, "write.empty-batch");
}

TEST(Nacha, BalancesABatchWithACreditToTheCreditorWhereTheBankWantsIt) {
  Order order = example();
  order.order.batches.pop_back();
  order.entries.pop_back();
  order.order.profile = "balanced";
  const std::string text = order.written();
  EXPECT_EQ(text.substr(record, 4), "5200");
  EXPECT_EQ(text.substr(4 * record, 94),
            "6220764012514455667788       0000020550OFFSET         EXAMPLE ESTATES         0076401259999999");
  EXPECT_EQ(text.substr(5 * record, 44), "82000000030032331481000000020550000000020550");
}

TEST(Nacha, CountsTheDebitsOfABalancedFileOnly) {
  Order order = one_debit();
  order.order.profile = "balanced";
  order.order.head.settings = order.settings.get();
  ListedEntries entries{order.entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto written = write_collection(order.order, entries, target, notes);
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(written->entries, 1U);
  EXPECT_EQ(written->sum_minor, 12550);
}

TEST(Nacha, RefusesToCountOtherwiseThanPlanned) {
  Order order = example();
  ++order.order.batches[0].count;
  EXPECT_EQ(order.error().code, "write.count-differs");
  order = example();
  ++order.order.batches[0].sum_minor;
  EXPECT_EQ(order.error().code, "write.sum-differs");
}

TEST(WriteCollection, NamesTheFormatsItWrites) {
  Order order = example();
  order.order.format = "mt101";
  const Error error = order.error();
  EXPECT_EQ(error.code, "write.format-unknown");
  EXPECT_NE(error.remedy.find("pain.008.001.08"), std::string::npos);
  EXPECT_EQ(error.kind, ErrorKind::usage);
}

/// The two debits of the example, given back.
Order reversal() {
  Order made;
  address(made);
  BatchHead batch = nacha_batch();
  batch.description = "REVERSAL";
  batch.service = "220";
  auto first = debit("UNIT-0042", "DOE JANE", "0001234567", 12550, 1);
  first.direction = Direction::credit;
  auto second = debit("UNIT-0043", "ROE RICHARD", "98-7654321", 8000, 2);
  second.direction = Direction::credit;
  second.account_kind = "savings";
  made.add(batch, {first, second});
  return made;
}

TEST(NachaReversal, TurnsTheTransactionCodesRound) {
  const std::string text = reversal().written();
  ASSERT_GE(text.size(), 5 * record);
  EXPECT_EQ(text.substr(record, 4), "5220");
  EXPECT_EQ(text.substr(record + 53, 10), "REVERSAL  ");
  EXPECT_EQ(text.substr(2 * record, 3), "622");
  EXPECT_EQ(text.substr(3 * record, 3), "632");
  EXPECT_EQ(text.substr(4 * record + 20, 24), "000000000000" "000000020550") << "debits and credits";
}

TEST(NachaReversal, IsRefusedUnderAnotherDescription) {
  Order made = reversal();
  made.order.batches[0].description = "HOA DUES";
  EXPECT_EQ(made.error().code, "nacha.reversal-description");
}

TEST(NachaReversal, HoldsNeitherDebitsNorPrenotes) {
  Order made = reversal();
  made.entries[0][0].direction = Direction::debit;
  EXPECT_EQ(made.error().code, "nacha.reversal-entry");
  Order prenote = reversal();
  prenote.entries[0][0].is_prenote = true;
  EXPECT_EQ(prenote.error().code, "nacha.reversal-entry");
}

TEST(NachaReversal, IsNotBalanced) {
  Order made = reversal();
  made.order.profile = "balanced";
  EXPECT_EQ(made.error().code, "nacha.reversal-balanced");
}

TEST(NachaReversal, IsNoWayToSendOtherCredits) {
  Order made = one_debit();
  made.entries[0][0].direction = Direction::credit;
  EXPECT_EQ(made.error().code, "nacha.not-a-debit");
}

}  // namespace
}  // namespace counterfoil
