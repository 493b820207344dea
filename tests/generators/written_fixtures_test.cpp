// The files fixtures/iso20022/written_*.xml are what our writers make, byte for byte. The reader's tests begin with
// them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "generators/bank_answer.hpp"
#include "generators/writer.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {
namespace {

std::string path_of(std::string_view name) {
  return std::string{COUNTERFOIL_SOURCE_DIR} + "/fixtures/iso20022/written_" + std::string{name} + ".xml";
}

void expect_committed(std::string_view name, const Result<WrittenFile>& written, const std::string& text) {
  ASSERT_TRUE(written) << written.error().code << ": " << written.error().explanation;
  // COUNTERFOIL_REWRITE=1 writes the file anew, to be read before it is committed.
  if (std::getenv("COUNTERFOIL_REWRITE") != nullptr) std::ofstream{path_of(name), std::ios::binary} << text;
  std::ifstream file{path_of(name), std::ios::binary};
  ASSERT_TRUE(file) << path_of(name) << " is missing; COUNTERFOIL_REWRITE=1 makes it.";
  EXPECT_EQ(text, (std::string{std::istreambuf_iterator<char>{file}, {}}));
}

void expect_collection(std::string_view name, const WriteOrder& order, const std::vector<std::vector<Entry>>& entries) {
  ListedEntries source{entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto written = write_collection(order, source, target, notes);
  expect_committed(name, written, target.text);
}

void expect_answer(std::string_view name, const WriteOrder& order, const std::vector<std::vector<Entry>>& entries) {
  ListedEntries source{entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto written = write_bank_answer(order, source, target, notes);
  expect_committed(name, written, target.text);
}

Entry claim(std::string_view reference, std::int64_t amount, std::string_view name, std::string_view account) {
  Entry entry;
  entry.reference = reference;
  entry.amount_minor = amount;
  entry.currency = euro;
  entry.mandate = "M-000042";
  entry.signed_on = make_date(2025, 3, 1);
  entry.payer_name = name;
  entry.payer_account = account;
  return entry;
}

BatchHead block(std::string_view id, std::string_view instrument, SequenceType sequence, Date collect_on) {
  BatchHead head;
  head.id = id;
  head.instrument = instrument;
  head.sequence = sequence;
  head.creditor_name = "Beispiel Hausverwaltung GmbH";
  head.creditor_id = "DE98ZZZ09999999999";
  head.creditor_account = "DE89370400440532013000";
  head.creditor_bank = "COBADEFFXXX";
  head.collect_on = collect_on;
  head.currency = euro;
  return head;
}

/// Amendments of each kind, a payer outside the EEA, a creditor reference, two blocks.
TEST(WrittenFixture, Pain008OfGermanBanks) {
  WriteOrder order;
  order.format = "pain.008.001.08";
  order.profile = "gbic5";
  order.head.message_id = "CF-20261102-0001";
  order.head.created = "2026-11-02T09:30:00";
  order.head.sender_name = "Beispiel Hausverwaltung GmbH";
  BatchHead recurring = block("CF-20261102-0001-1", "CORE", SequenceType::recurring, make_date(2026, 11, 17));
  Entry anna = claim("B000123-1", 15050, "Anna M\xC3\xBCller", "NL91ABNA0417164300");
  anna.amended_account = "SMNDA";
  anna.remittance = "Nebenkosten November 2026, Rechnung 123";
  Entry bob = claim("B000124-1", 10000, "Bob Payer", "GB82WEST12345698765432");
  bob.payer_bank = "WESTGB2LXXX";
  bob.payer_street = "High Street";
  bob.payer_building = "1";
  bob.payer_postcode = "AB1 2CD";
  bob.payer_town = "London";
  bob.payer_country = "GB";
  bob.remittance = "RF18539007547034";
  Entry clara = claim("B000125-1", 99'999'999'999, "Clara Beispiel", "AT611904300234573201");
  clara.amended_mandate = "ALT-7";
  clara.amended_creditor_id = "AT61ZZZ01234567890";
  clara.amended_creditor_name = "Alte Verwaltung";
  clara.ultimate_debtor = "Dora Beispiel";
  clara.purpose = "RENT";
  recurring.count = 3;
  recurring.sum_minor = anna.amount_minor + bob.amount_minor + clara.amount_minor;
  BatchHead last = block("CF-20261102-0001-2", "CORE", SequenceType::final, make_date(2026, 11, 18));
  last.batch_booking = false;
  Entry emil = claim("B000126-1", 1, "Emil Muster", "DE89370400440532013000");
  emil.instruction_id = "I-126";
  emil.amended_account = "FR1420041010050500013M02606";
  last.count = 1;
  last.sum_minor = 1;
  order.batches = {recurring, last};
  expect_collection("pain008_gbic5", order, {{anna, bob, clara}, {emil}});
}

TEST(WrittenFixture, Pain008OfGermanBanksIn2009) {
  WriteOrder order;
  order.format = "pain.008.001.02";
  order.profile = "gbic3";
  order.head.message_id = "CF-20261102-0002";
  order.head.created = "2026-11-02T09:30:00Z";
  order.head.sender_name = "Beispiel Hausverwaltung GmbH";
  BatchHead business = block("CF-20261102-0002-1", "B2B", SequenceType::one_off, make_date(2026, 11, 13));
  Entry claire = claim("B000200-1", 250, "Claire Exemple", "CH9300762011623852957");
  claire.payer_bank = "POFICHBEXXX";
  claire.payer_street = "Bahnhofstrasse";
  claire.payer_building = "7";
  claire.payer_postcode = "8000";
  claire.payer_town = "Z\xC3\xBCrich";
  claire.payer_country = "CH";
  business.count = 1;
  business.sum_minor = 250;
  order.batches = {business};
  expect_collection("pain008_gbic3", order, {{claire}});
}

WriteOrder status_order(std::string_view format) {
  WriteOrder order;
  order.format = format;
  order.head.message_id = "BANK-20261116-7";
  order.head.created = "2026-11-16T08:00:00";
  order.head.sender = "COBADEFFXXX";
  order.head.original_message_id = "CF-20261102-0001";
  order.head.original_message_name = "pain.008.001.08";
  return order;
}

Entry outcome(Entry entry, Outcome outcome, std::string_view reason) {
  entry.outcome = outcome;
  entry.reason = reason;
  return entry;
}

TEST(WrittenFixture, Pain002WithRejectedCollections) {
  WriteOrder order = status_order("pain.002.001.03");
  BatchHead answered = block("", "CORE", SequenceType::recurring, make_date(2026, 11, 17));
  answered.original_id = "CF-20261102-0001-1";
  Entry told = outcome(claim("B000123-1", 15050, "Anna Mueller", "NL91ABNA0417164300"), Outcome::rejected, "AC04");
  told.remittance = "Rent & charges";
  order.batches = {answered};
  expect_answer(
      "pain002_v03_rejects", order,
      {{told, outcome(claim("B000124-1", 10000, "Bob Payer", "GB82WEST12345698765432"), Outcome::accepted, "")}});
}

TEST(WrittenFixture, Pain002WithARejectedBlock) {
  WriteOrder order = status_order("pain.002.001.10");
  BatchHead refused = block("", "CORE", SequenceType::recurring, make_date(2026, 11, 17));
  refused.original_id = "CF-20261102-0001-1";
  refused.count = 3;
  refused.sum_minor = 25050;
  Entry whole;
  whole.level = Level::block;
  whole.outcome = Outcome::rejected;
  whole.reason = "AM10";
  whole.reason_text = "The sum of the block does not agree";
  order.batches = {refused};
  expect_answer("pain002_v10_block", order, {{whole}});
}

TEST(WrittenFixture, Pain002WithARejectedFile) {
  WriteOrder order = status_order("pain.002.001.10");
  order.head.declared_count = 4;
  Entry whole;
  whole.level = Level::file;
  whole.outcome = Outcome::rejected;
  whole.reason = "FF01";
  order.batches = {BatchHead{}};
  expect_answer("pain002_v10_file", order, {{whole}});
}

/// A batch credit, a return with its charge, a refund, and a booking that is still pending.
WriteOrder account_order(std::string_view format, std::vector<Entry>& entries) {
  WriteOrder order;
  order.format = format;
  order.head.message_id = "BANK-20261118-9";
  order.head.created = "2026-11-18T06:00:00+01:00";
  BatchHead day = block("2026-322", "CORE", SequenceType::none, make_date(2026, 11, 17));
  day.number = 322;
  day.settled_on = make_date(2026, 11, 17);
  Entry credit;
  credit.level = Level::block;
  credit.outcome = Outcome::settled;
  credit.amount_minor = 25050;
  credit.batch_count = 2;
  credit.original_message_id = "CF-20261102-0001";
  credit.original_batch_id = "CF-20261102-0001-1";
  credit.bank_reference = "2026111700000001";
  Entry returned = outcome(claim("B000100-1", 5000, "Anna Mueller", "NL91ABNA0417164300"), Outcome::returned, "MS03");
  returned.charges_minor = 300;
  returned.original_batch_id = "CF-20261002-0001-1";
  Entry refunded = outcome(claim("B000101-1", 1000, "Bob Payer", "GB82WEST12345698765432"), Outcome::refunded, "MD06");
  refunded.reason_text = "Refund of an authorised debit";
  refunded.booked_on = make_date(2026, 11, 16);
  Entry pending = outcome(claim("B000102-1", 700, "Clara Beispiel", "AT611904300234573201"), Outcome::returned, "AM04");
  pending.is_booked = false;
  entries = {credit, returned, refunded, pending};
  day.count = 4;
  day.sum_minor = 25050 - 5300 - 1000;
  order.batches = {day};
  return order;
}

TEST(WrittenFixture, StatementOf2019) {
  std::vector<Entry> entries;
  WriteOrder order = account_order("camt.053.001.08", entries);
  const Settings settings{{"iso20022.opening_minor", "-10000"}};
  order.head.settings = &settings;
  expect_answer("camt053_v08", order, {entries});
}

TEST(WrittenFixture, NotificationOf2009) {
  std::vector<Entry> entries;
  const WriteOrder order = account_order("camt.054.001.02", entries);
  expect_answer("camt054_v02", order, {entries});
}

}  // namespace
}  // namespace counterfoil
