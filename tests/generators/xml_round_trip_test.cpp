// What is written must be heard again by our own reader, word for word.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/text.hpp"
#include "generators/iso20022_answer.hpp"
#include "generators/pain008.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/iso20022.hpp"
#include "tests/generators/heard.hpp"
#include "tests/generators/random_pain008.hpp"
#include "tests/generators/words.hpp"

namespace counterfoil {
namespace {

constexpr std::string_view v08 = "pain.008.001.08";
constexpr std::string_view v02 = "pain.008.001.02";

std::unique_ptr<Heard> hear(std::string_view bytes) {
  auto heard = std::make_unique<Heard>();
  MemorySource source{bytes, 1000};
  ReadOptions options;
  options.file_name = "written.xml";
  const auto read = read_iso20022(source, options, *heard);
  EXPECT_TRUE(read) << read.error().explanation;
  return heard;
}

// ---- pain.008

bool is_outside_the_eea(const Entry& entry) {
  return entry.payer_account.starts_with("GB") || entry.payer_account.starts_with("CH");
}

void same_batch(const BatchHead& sent, const BatchHead& heard, Transliteration table) {
  RC_ASSERT(heard.id == sent.id);
  RC_ASSERT(heard.instrument == sent.instrument);
  RC_ASSERT(heard.sequence == (sent.sequence == SequenceType::first ? SequenceType::recurring : sent.sequence));
  RC_ASSERT(std::string{heard.creditor_name} == sepa_text(sent.creditor_name, table).text);
  RC_ASSERT(heard.creditor_id == sent.creditor_id);
  RC_ASSERT(heard.creditor_account == sent.creditor_account);
  RC_ASSERT(heard.creditor_bank == sent.creditor_bank);
  RC_ASSERT(heard.collect_on == sent.collect_on);
  RC_ASSERT(heard.batch_booking == sent.batch_booking);
  RC_ASSERT(heard.count == sent.count);
  RC_ASSERT(heard.sum_minor == sent.sum_minor);
}

void same_entry(const Entry& sent, const Entry& heard, Transliteration table, bool is_lines_form) {
  const auto written = [&](std::string_view text) { return sepa_text(text, table).text; };
  RC_ASSERT(heard.reference == sent.reference);
  RC_ASSERT(heard.instruction_id == sent.instruction_id);
  RC_ASSERT(heard.amount_minor == sent.amount_minor);
  RC_ASSERT(heard.currency == sent.currency);
  RC_ASSERT(heard.mandate == sent.mandate);
  RC_ASSERT(heard.signed_on == sent.signed_on);
  RC_ASSERT(heard.amended_mandate == sent.amended_mandate);
  RC_ASSERT(heard.amended_creditor_id == sent.amended_creditor_id);
  RC_ASSERT(std::string{heard.amended_creditor_name} == written(sent.amended_creditor_name));
  RC_ASSERT(heard.amended_account == sent.amended_account);
  RC_ASSERT(std::string{heard.payer_name} == written(sent.payer_name));
  RC_ASSERT(heard.payer_account == sent.payer_account);
  RC_ASSERT(heard.payer_bank == sent.payer_bank);
  RC_ASSERT(std::string{heard.ultimate_debtor} == written(sent.ultimate_debtor));
  RC_ASSERT(heard.purpose == sent.purpose);
  RC_ASSERT(std::string{heard.remittance} == written(sent.remittance));
  if (is_outside_the_eea(sent) && !is_lines_form) {
    RC_ASSERT(heard.payer_country == sent.payer_country);
    RC_ASSERT(std::string{heard.payer_town} == written(sent.payer_town));
    RC_ASSERT(std::string{heard.payer_street} == written(sent.payer_street));
    RC_ASSERT(heard.payer_building == sent.payer_building);
    RC_ASSERT(heard.payer_postcode == sent.payer_postcode);
    const bool has_first = !sent.payer_address_line_1.empty();  // A second line alone is heard as the first.
    RC_ASSERT(std::string{heard.payer_address_line_1} ==
              written(has_first ? sent.payer_address_line_1 : sent.payer_address_line_2));
    RC_ASSERT(std::string{heard.payer_address_line_2} ==
              (has_first ? written(sent.payer_address_line_2) : std::string{}));
  } else if (!is_outside_the_eea(sent)) {
    RC_ASSERT(heard.payer_country.empty());
  }
}

void heard_as_sent(std::string_view format, std::string_view profile, Transliteration table) {
  const RandomFile file = random_pain008(format, profile);
  ListedEntries source{file.entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto written = write_pain008(file.order, source, target, notes);
  RC_ASSERT(written.has_value());
  const auto heard = hear(target.text);
  if (!heard->findings.empty()) RC_FAIL(heard->finding_codes());
  RC_ASSERT(heard->head.format == format);
  RC_ASSERT(heard->head.message_id == file.order.head.message_id);
  RC_ASSERT(heard->head.created == file.order.head.created);
  RC_ASSERT(heard->batches.size() == file.order.batches.size());
  RC_ASSERT(heard->entries.size() == written->entries);
  std::size_t at = 0;
  for (std::size_t batch = 0; batch < file.order.batches.size(); ++batch) {
    same_batch(file.order.batches[batch], heard->batches[batch], table);
    for (const Entry& sent : file.entries[batch]) same_entry(sent, heard->entries[at++], table, profile == "gbic3");
  }
}

RC_GTEST_PROP(Pain008RoundTrip, OfTheFormOf2019, ()) { heard_as_sent(v08, "", Transliteration::epc); }
RC_GTEST_PROP(Pain008RoundTrip, OfTheFormOf2009, ()) { heard_as_sent(v02, "", Transliteration::epc); }
RC_GTEST_PROP(Pain008RoundTrip, OfGermanBanks, ()) { heard_as_sent(v08, "gbic5", Transliteration::german); }
RC_GTEST_PROP(Pain008RoundTrip, OfTheGermanFormOf2009, ()) { heard_as_sent(v02, "gbic3", Transliteration::german); }

/// Of several buffers, so that nothing is lost or doubled where one ends.
TEST(Pain008RoundTripOfALargeFile, HearsEveryCollection) {
  Texts texts;
  WriteOrder order;
  order.format = v08;
  order.head.message_id = "CF-1";
  order.head.created = "2026-11-02T09:30:00";
  order.head.sender_name = "Example Housing Ltd";
  BatchHead batch;
  batch.id = "CF-1-1";
  batch.instrument = "CORE";
  batch.sequence = SequenceType::recurring;
  batch.creditor_name = "Example Housing Ltd";
  batch.creditor_id = "DE98ZZZ09999999999";
  batch.creditor_account = "DE89370400440532013000";
  batch.collect_on = make_date(2026, 11, 17);
  batch.currency = euro;
  batch.count = 4000;
  batch.sum_minor = 0;
  std::vector<Entry> entries;
  for (std::int64_t number = 0; number < batch.count; ++number) {
    Entry entry;
    entry.reference = texts.keep(fmt::format("B{:06}", number));
    entry.amount_minor = 100 + number;
    entry.currency = euro;
    entry.mandate = "M-1";
    entry.signed_on = make_date(2025, 3, 1);
    entry.payer_name = "Anna Muster";
    entry.payer_account = "NL91ABNA0417164300";
    entries.push_back(entry);
    batch.sum_minor += entry.amount_minor;
  }
  order.batches.push_back(batch);
  ListedEntries source{{entries}};
  TextTarget target;
  std::vector<Finding> notes;
  const auto written = write_pain008(order, source, target, notes);
  ASSERT_TRUE(written) << written.error().explanation;
  EXPECT_EQ(written->bytes, target.text.size());
  const auto heard = hear(target.text);
  EXPECT_EQ(heard->finding_codes(), "");
  ASSERT_EQ(heard->entries.size(), entries.size());
  for (std::size_t index = 0; index < entries.size(); ++index) {
    EXPECT_EQ(heard->entries[index].reference, entries[index].reference);
    EXPECT_EQ(heard->entries[index].amount_minor, entries[index].amount_minor);
  }
}

// ---- Answers

std::string random_reference(std::size_t number) { return fmt::format("B{:06}-{}", number, *rc::gen::inRange(1, 9)); }

Entry random_transaction(Texts& texts, std::size_t number) {
  Entry entry;
  entry.reference = texts.keep(random_reference(number));
  if (*rc::gen::arbitrary<bool>()) entry.instruction_id = entry.reference;
  entry.mandate = texts.keep(fmt::format("M-{}", number));
  entry.amount_minor = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
  entry.currency = euro;
  entry.payer_name = "Anna & S\xC3\xB6hne <\"'>";
  entry.payer_account = "NL91ABNA0417164300";
  if (*rc::gen::arbitrary<bool>()) entry.payer_bank = "ABNANL2A";
  if (*rc::gen::arbitrary<bool>()) entry.remittance = "Service charge, flat 7 & cellar";
  return entry;
}

void status_report_is_heard(std::string_view format) {
  Texts texts;
  WriteOrder order;
  order.format = format;
  order.head.message_id = "BANK-1";
  order.head.created = "2026-11-16T08:00:00";
  order.head.original_message_id = "CF-20261102-0001";
  order.head.original_message_name = "pain.008.001.08";
  std::vector<std::vector<Entry>> entries;
  std::size_t number = 0;
  const int blocks = *rc::gen::inRange(1, 4);
  for (int index = 0; index < blocks; ++index) {
    BatchHead block;
    block.original_id = texts.keep(fmt::format("CF-20261102-0001-{}", index + 1));
    auto& said = entries.emplace_back();
    if (*rc::gen::arbitrary<bool>()) {
      Entry whole;
      whole.level = Level::block;
      whole.outcome = Outcome::rejected;
      whole.reason = "AM10";
      said.push_back(whole);
    } else {
      for (int left = *rc::gen::inRange(1, 5); left > 0; --left) {
        Entry entry = random_transaction(texts, ++number);
        entry.outcome = *rc::gen::element(Outcome::rejected, Outcome::accepted);
        if (entry.outcome == Outcome::rejected)
          entry.reason = *rc::gen::element<std::string_view>("AC04", "MS03", "MD01");
        said.push_back(entry);
      }
    }
    order.batches.push_back(block);
  }
  ListedEntries source{entries};
  TextTarget target;
  RC_ASSERT(write_iso20022_answer(order, source, target).has_value());
  const auto heard = hear(target.text);
  RC_ASSERT(heard->head.kind == FileKind::acknowledgement);
  RC_ASSERT(heard->head.original_message_id == order.head.original_message_id);
  RC_ASSERT(heard->batches.size() == order.batches.size());
  std::vector<Entry> sent;
  for (const auto& block : entries) sent.insert(sent.end(), block.begin(), block.end());
  RC_ASSERT(heard->entries.size() == sent.size());
  for (std::size_t index = 0; index < sent.size(); ++index) {
    const Entry& told = heard->entries[index];
    RC_ASSERT(told.level == sent[index].level);
    RC_ASSERT(told.outcome == sent[index].outcome);
    RC_ASSERT(told.reason == sent[index].reason);
    RC_ASSERT(told.reference == sent[index].reference);
    RC_ASSERT(told.mandate == sent[index].mandate);
    if (told.level != Level::entry) continue;
    RC_ASSERT(told.amount_minor == sent[index].amount_minor);
    RC_ASSERT(told.payer_name == sent[index].payer_name);
    RC_ASSERT(told.payer_account == sent[index].payer_account);
    RC_ASSERT(told.remittance == sent[index].remittance);
  }
  if (!heard->findings.empty()) RC_FAIL(heard->finding_codes());
}

RC_GTEST_PROP(StatusReportRoundTrip, Of2009, ()) { status_report_is_heard("pain.002.001.03"); }
RC_GTEST_PROP(StatusReportRoundTrip, Of2019, ()) { status_report_is_heard("pain.002.001.10"); }

void account_message_is_heard(std::string_view format) {
  Texts texts;
  WriteOrder order;
  order.format = format;
  order.head.message_id = "BANK-2";
  order.head.created = "2026-11-18T06:00:00";
  BatchHead day;
  day.id = "2026-322";
  day.number = 322;
  day.creditor_account = "DE89370400440532013000";
  day.creditor_bank = "COBADEFFXXX";
  day.settled_on = make_date(2026, 11, 17);
  day.currency = euro;
  std::vector<Entry> sent;
  day.sum_minor = 0;
  for (int left = *rc::gen::inRange(0, 6); left > 0; --left) {
    Entry entry = random_transaction(texts, sent.size());
    const int kind = *rc::gen::inRange(0, 4);
    if (kind == 0) {
      entry = Entry{};
      entry.level = Level::block;
      entry.outcome = Outcome::settled;
      entry.currency = euro;
      entry.amount_minor = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
      entry.batch_count = static_cast<std::uint64_t>(*rc::gen::inRange(2, 500));
      entry.original_batch_id = "CF-20261102-0001-1";
    } else if (kind == 1) {
      entry.outcome = Outcome::settled;
    } else {
      entry.outcome = kind == 2 ? Outcome::returned : Outcome::refunded;
      entry.reason = kind == 2 ? "MS03" : "MD06";
      if (*rc::gen::arbitrary<bool>()) entry.charges_minor = *rc::gen::inRange<std::int64_t>(1, 1000);
    }
    day.sum_minor += kind < 2 ? entry.amount_minor : -entry.amount_minor - entry.charges_minor;
    sent.push_back(entry);
  }
  day.count = static_cast<std::int64_t>(sent.size());
  order.batches.push_back(day);
  ListedEntries source{{sent}};
  TextTarget target;
  RC_ASSERT(write_iso20022_answer(order, source, target).has_value());
  const auto heard = hear(target.text);
  if (!heard->findings.empty()) RC_FAIL(heard->finding_codes() + target.text);
  RC_ASSERT(heard->entries.size() == sent.size());
  for (std::size_t index = 0; index < sent.size(); ++index) {
    const Entry& told = heard->entries[index];
    RC_ASSERT(told.level == sent[index].level);
    RC_ASSERT(told.outcome == sent[index].outcome);
    RC_ASSERT(told.reason == sent[index].reason);
    RC_ASSERT(told.amount_minor == sent[index].amount_minor);
    RC_ASSERT(told.charges_minor == sent[index].charges_minor);
    RC_ASSERT(told.reference == sent[index].reference);
    RC_ASSERT(told.mandate == sent[index].mandate);
    RC_ASSERT(told.original_batch_id == sent[index].original_batch_id);
    RC_ASSERT(told.batch_count == sent[index].batch_count);
    RC_ASSERT(told.is_booked);
    RC_ASSERT(told.booked_on == day.settled_on);
  }
  RC_ASSERT(heard->statements.size() == 1U);
  const Statement& statement = heard->statements[0];
  RC_ASSERT(statement.account == day.creditor_account);
  RC_ASSERT(statement.credit_minor - statement.debit_minor == day.sum_minor);
  if (format.starts_with("camt.053")) {
    RC_ASSERT(statement.opening_minor == 0);
    RC_ASSERT(statement.closing_minor == day.sum_minor);
  }
}

RC_GTEST_PROP(StatementRoundTrip, Of2009, ()) { account_message_is_heard("camt.053.001.02"); }
RC_GTEST_PROP(StatementRoundTrip, Of2019, ()) { account_message_is_heard("camt.053.001.08"); }
RC_GTEST_PROP(NotificationRoundTrip, Of2009, ()) { account_message_is_heard("camt.054.001.02"); }
RC_GTEST_PROP(NotificationRoundTrip, Of2019, ()) { account_message_is_heard("camt.054.001.08"); }

}  // namespace
}  // namespace counterfoil
