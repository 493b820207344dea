// 10,000 random batches of each fixed-width format: written, written again with the same bytes, and read back equal.
#include <gtest/gtest.h>

#include <random>

#include "core/aba.hpp"
#include "core/catalogue.hpp"
#include "formats/layout.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/generators/fixed_words.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

/// A chance that is the same on every machine: only whole numbers are taken from the generator.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_{seed} {}

  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  bool in(std::uint64_t chances) { return below(chances) == 0; }

  std::string from(std::string_view characters, std::size_t least, std::size_t most) {
    std::string text;
    for (std::size_t left = between(least, most); left > 0; --left) text += characters[below(characters.size())];
    return text;
  }

  template <class List>
  auto one_of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937_64 engine_;
};

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-/&()'";

/// Words as people write them: a letter first, no blank at either end and none doubled.
std::string words(Dice& dice, std::size_t most) {
  std::string text = dice.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1, 1) + dice.from(letters, 0, 6);
  while (text.size() + 8 < most && !dice.in(3)) text += ' ' + dice.from(letters, 1, 6);
  return text.substr(0, most);
}

std::string routing_number(Dice& dice) {
  const std::string eight = dice.from(digits, 8, 8);
  return eight + *routing_check_digit(eight);
}

std::string bank_number(Dice& dice) {
  const std::string eleven = dice.from(digits, 11, 11);
  int product = 10;  // ISO 7064 MOD 11,10, written once more on its own so that one mistake cannot hide itself.
  for (const char digit : eleven) {
    int sum = (product + (digit - '0')) % 10;
    if (sum == 0) sum = 10;
    product = 2 * sum % 11;
  }
  return eleven + static_cast<char>('0' + (11 - product) % 10);
}

std::int64_t amount(Dice& dice, std::int64_t most) {
  switch (dice.below(6)) {
    case 0:
      return 1;
    case 1:
      return most;
    case 2:
      return 100;
    default:
      return static_cast<std::int64_t>(dice.between(1, 5'000'000));
  }
}

Order nacha_order(Dice& dice, std::size_t batches) {
  Order made;
  made.order.format = "nacha";
  made.order.profile = std::string{dice.one_of(std::array{"plain", "lf", "unbroken", ""})};
  FileHead& head = made.order.head;
  head.receiver = made.keep(routing_number(dice));
  head.sender = made.keep(dice.from(digits, 10, 10));
  head.receiver_name = made.keep(words(dice, 23));
  head.sender_name = made.keep(words(dice, 23));
  head.created_on = make_date(2026, 11, 2);
  head.created = "2026-11-02T23:59:00";
  head.file_modifier = made.keep(dice.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 1, 1));
  std::uint64_t number = dice.below(1000);
  std::uint64_t batch_number = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    BatchHead batch;
    batch.instrument = dice.one_of(std::array{"PPD", "CCD", "WEB", "TEL"});
    batch.creditor_name = made.keep(words(dice, 16));
    batch.creditor_id = made.keep(dice.from(digits, 9, 9) + "9");
    batch.creditor_bank = made.keep(dice.from(digits, 8, 8));
    batch.description = made.keep("D" + dice.from(letters, 1, 9));
    batch.descriptive_date = made.keep(dice.in(2) ? dice.from(letters, 1, 6) : "");
    batch.discretionary = made.keep(dice.in(2) ? dice.from(letters, 1, 20) : "");
    batch.collect_on = make_date(2026, 11, 3) + std::chrono::days{dice.below(400)};
    batch.currency = us_dollar;
    batch.number = batch_number += dice.between(1, 50);
    std::vector<Entry> entries(dice.between(1, 4));
    for (Entry& entry : entries) {
      number += dice.between(1, 9);
      entry.sequence_number = number;
      entry.reference = made.keep(dice.from(letters, 1, 15));
      entry.payer_name = made.keep(words(dice, 22));
      entry.payer_account = made.keep(dice.from("0123456789-", 1, 16) + "0");
      entry.payer_bank = made.keep(routing_number(dice));
      entry.account_kind = dice.one_of(std::array{"checking", "savings", "ledger"});
      entry.is_prenote = dice.in(10);
      entry.amount_minor = entry.is_prenote ? 0 : amount(dice, 9'999'999'999 / 4);
      entry.sequence = dice.in(2) ? SequenceType::recurring : SequenceType::one_off;
    }
    made.add(batch, std::move(entries));
  }
  return made;
}

Order cn_order(Dice& dice) {
  Order made;
  made.order.format = "cn-304";
  made.order.profile = std::string{dice.one_of(std::array{"gbk", "gb18030", ""})};
  made.order.head.created_on = make_date(2026, 1, 1) + std::chrono::days{dice.below(400)};
  BatchHead batch;
  batch.id = made.keep(dice.from(digits, 8, 8));
  made.order.head.message_id = batch.id;
  batch.creditor_id = made.keep(dice.from("0123456789ABCDE", 1, 14));
  batch.creditor_bank = made.keep(bank_number(dice));
  batch.collect_on = *made.order.head.created_on + std::chrono::days{dice.below(9)};
  batch.currency = dice.one_of(std::array{yuan, Currency{{'H', 'K', 'D'}, 2}, us_dollar});
  static const std::array<std::string, 7> characters{
      "\xE5\xBC\xA0", "\xE6\x9D\x8E", "\xE6\xAC\xA7", "\xE9\x98\xB3", "A", "(", "\xC2\xB7"};
  std::vector<Entry> entries(dice.between(1, 4));
  std::uint64_t number = 0;
  for (Entry& entry : entries) {
    number += dice.between(1, 3);
    entry.sequence_number = number;
    entry.mandate = made.keep(dice.from(letters, 1, 32));
    entry.payer_bank = made.keep(dice.in(2) ? bank_number(dice) : "");
    entry.account_kind = made.keep(dice.from(digits, 2, 2));
    entry.payer_account = made.keep(dice.from("0123456789-", 1, 32));
    std::string name;
    for (std::size_t left = dice.between(1, 60); left > 0; --left) name += dice.one_of(characters);
    if (made.order.profile == "gb18030" && dice.in(3)) name = "\xE7\x8E\x8B\xF0\xAC\x80\xA9";
    entry.payer_name = made.keep(name);
    entry.remittance = made.keep(dice.in(2) ? "\xE7\x89\xA9\xE4\xB8\x9A\xE8\xB4\xB9" : "");
    entry.amount_minor = amount(dice, 99'999'999'999'999);
  }
  made.add(batch, std::move(entries));
  return made;
}

Heard read(const LayoutPlan& plan, std::string_view bytes, std::size_t piece) {
  Heard heard;
  MemorySource source{bytes, piece};
  const auto verdict = read_fixed_width(plan, source, {}, heard);
  EXPECT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict.value_or(Verdict::refused), Verdict::accepted) << heard.finding_codes();
  return heard;
}

/// What both formats carry of an entry.
void compare(const Entry& wanted, const Entry& found) {
  EXPECT_EQ(found.amount_minor, wanted.amount_minor);
  EXPECT_EQ(found.payer_name, wanted.payer_name);
  EXPECT_EQ(found.payer_account, wanted.payer_account);
  EXPECT_EQ(found.payer_bank, wanted.payer_bank);
  EXPECT_EQ(found.account_kind, wanted.account_kind);
  EXPECT_EQ(found.sequence_number, wanted.sequence_number);
  EXPECT_EQ(found.direction, Direction::debit);
  EXPECT_EQ(found.outcome, wanted.outcome);
}

std::string written_twice(Order& order) {
  std::vector<Finding> notes;
  const std::string once = order.written(&notes);
  EXPECT_TRUE(notes.empty()) << notes.front().message;
  EXPECT_EQ(order.written(), once);
  return once;
}

void round_trip_nacha(std::uint64_t seed, std::size_t batches) {
  SCOPED_TRACE(seed);
  Dice dice{seed};
  Order order = nacha_order(dice, batches);
  const std::string bytes = written_twice(order);
  const Heard heard = read(*LayoutLibrary::built_in().find("nacha"), bytes, dice.between(1, 5000));
  EXPECT_EQ(heard.head.sender, order.order.head.sender);
  EXPECT_EQ(heard.head.receiver, order.order.head.receiver);
  EXPECT_EQ(heard.head.created, "2026-11-02T23:59:00");
  EXPECT_EQ(heard.counts.kind, FileKind::instruction);
  ASSERT_EQ(heard.batches.size(), batches);
  std::size_t at = 0;
  for (std::size_t i = 0; i < batches; ++i) {
    const BatchHead& wanted = order.order.batches[i];
    const BatchHead& found = heard.batches[i];
    EXPECT_EQ(found.instrument, wanted.instrument);
    EXPECT_EQ(found.creditor_name, wanted.creditor_name);
    EXPECT_EQ(found.creditor_id, wanted.creditor_id);
    EXPECT_EQ(found.creditor_bank, wanted.creditor_bank);
    EXPECT_EQ(found.description, wanted.description);
    EXPECT_EQ(found.descriptive_date, wanted.descriptive_date);
    EXPECT_EQ(found.discretionary, wanted.discretionary);
    EXPECT_EQ(found.collect_on, wanted.collect_on);
    EXPECT_EQ(found.number, wanted.number);
    for (const Entry& entry : order.entries[i]) {
      ASSERT_LT(at, heard.entries.size());
      compare(entry, heard.entries[at]);
      EXPECT_EQ(heard.entries[at].reference, entry.reference);
      EXPECT_EQ(heard.entries[at].is_prenote, entry.is_prenote);
      ++at;
    }
  }
  EXPECT_EQ(at, heard.entries.size());
}

void round_trip_cn(std::uint64_t seed) {
  SCOPED_TRACE(seed);
  Dice dice{seed};
  Order order = cn_order(dice);
  const LayoutPlan& plan = *LayoutLibrary::built_in().find("cn-304");
  const std::string bytes = written_twice(order);
  const Heard heard = read(plan, bytes, dice.between(1, 5000));
  EXPECT_EQ(heard.head.message_id, order.order.head.message_id);
  EXPECT_EQ(heard.head.created_on, order.order.head.created_on);
  ASSERT_EQ(heard.batches.size(), 1U);
  EXPECT_EQ(heard.batches[0].creditor_id, order.order.batches[0].creditor_id);
  EXPECT_EQ(heard.batches[0].collect_on, order.order.batches[0].collect_on);
  EXPECT_EQ(heard.batches[0].count, order.order.batches[0].count);
  EXPECT_EQ(heard.batches[0].sum_minor, order.order.batches[0].sum_minor);
  ASSERT_EQ(heard.entries.size(), order.entries[0].size());
  for (std::size_t i = 0; i < heard.entries.size(); ++i) {
    compare(order.entries[0][i], heard.entries[i]);
    EXPECT_EQ(heard.entries[i].mandate, order.entries[0][i].mandate);
    EXPECT_EQ(heard.entries[i].remittance, order.entries[0][i].remittance);
    EXPECT_EQ(heard.entries[i].currency, order.order.batches[0].currency);
  }
  // And the answer of the bank to the same file.
  order.order.batches[0].settled_on = *order.order.batches[0].collect_on + std::chrono::days{1};
  for (Entry& entry : order.entries[0]) {
    entry.reason = dice.one_of(std::array{"FSBR0000", "FSBR6040", "FSBR1203"});
    entry.outcome = Catalogue::built_in().find("cn-304")->find_reason(entry.reason)->outcome;
    if (entry.outcome == Outcome::settled && dice.in(4))
      entry.collected_minor = std::max<std::int64_t>(1, entry.amount_minor / 2);
  }
  const Heard answer = read(plan, order.answered(), 4096);
  ASSERT_EQ(answer.entries.size(), order.entries[0].size());
  for (std::size_t i = 0; i < answer.entries.size(); ++i) {
    const Entry& wanted = order.entries[0][i];
    const bool is_part = wanted.outcome == Outcome::settled && wanted.collected_minor >= 0;
    EXPECT_EQ(answer.entries[i].outcome, wanted.outcome);
    EXPECT_EQ(answer.entries[i].reason, wanted.reason);
    EXPECT_EQ(answer.entries[i].amount_minor, is_part ? wanted.collected_minor : wanted.amount_minor);
    EXPECT_EQ(answer.entries[i].collected_minor, wanted.outcome != Outcome::settled ? -1
                                                 : is_part                          ? wanted.collected_minor
                                                                                    : wanted.amount_minor);
  }
  EXPECT_EQ(answer.batches[0].settled_on, order.order.batches[0].settled_on);
}

TEST(RoundTrip, ReadsBackTenThousandRandomNachaBatches) {
  for (std::uint64_t seed = 1; seed <= 1250 && !testing::Test::HasFailure(); ++seed) round_trip_nacha(seed, 8);
}

/// What the bank sends back for an order: some entries returned, some corrected, in batches of the bank.
void round_trip_nacha_answer(std::uint64_t seed) {
  SCOPED_TRACE(seed);
  Dice dice{seed};
  Order order = nacha_order(dice, 3);
  const bool corrects = dice.in(2);
  std::swap(order.order.head.sender, order.order.head.receiver);
  for (std::size_t i = 0; i < order.entries.size(); ++i) {
    BatchHead& batch = order.order.batches[i];
    if (corrects) batch.instrument = "COR";
    const std::string prefix{batch.creditor_bank};
    batch.creditor_bank = "09100001";
    batch.settled_on = make_date(2026, 11, 5);
    for (Entry& entry : order.entries[i]) {
      entry.is_prenote = false;
      entry.outcome = corrects ? Outcome::corrected : Outcome::returned;
      entry.reason = corrects ? "C01" : dice.one_of(std::array{"R01", "R03", "R10"});
      entry.corrected_data = corrects ? "77777" : "";
      entry.transaction_code = entry.account_kind == "savings" ? "36" : entry.account_kind == "ledger" ? "46" : "26";
      entry.original_trace = order.keep(prefix + dice.from(digits, 7, 7));
      if (corrects) entry.amount_minor = 0;
    }
  }
  order.count_again();
  const Heard heard = read(*LayoutLibrary::built_in().find("nacha"), order.answered(), 4096);
  EXPECT_EQ(heard.counts.kind, corrects ? FileKind::notice : FileKind::returned);
  std::size_t at = 0;
  for (const auto& entries : order.entries) {
    for (const Entry& wanted : entries) {
      ASSERT_LT(at, heard.entries.size());
      const Entry& found = heard.entries[at++];
      EXPECT_EQ(found.outcome, wanted.outcome);
      EXPECT_EQ(found.reason, wanted.reason);
      EXPECT_EQ(found.reference, wanted.reference);
      EXPECT_EQ(found.original_trace, wanted.original_trace);
      EXPECT_EQ(found.original_bank, wanted.payer_bank.substr(0, 8));
      EXPECT_EQ(found.amount_minor, wanted.amount_minor);
      EXPECT_EQ(found.addenda, 1U);
      EXPECT_EQ(found.corrected_data.starts_with("77777"), corrects);
    }
  }
  EXPECT_EQ(at, heard.entries.size());
}

TEST(RoundTrip, ReadsBackReturnsAndCorrectionsOfTheBank) {
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) round_trip_nacha_answer(seed);
}

TEST(RoundTrip, ReadsBackTenThousandRandom304Batches) {
  for (std::uint64_t seed = 1; seed <= 10'000 && !testing::Test::HasFailure(); ++seed) round_trip_cn(seed);
}

}  // namespace
}  // namespace counterfoil
