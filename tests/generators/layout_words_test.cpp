// What single statements of the layout language do to a file, written and read.
#include <gtest/gtest.h>

#include "formats/charset.hpp"
#include "formats/layout.hpp"
#include "generators/fixed_width.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/generators/fixed_words.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

using Plan = std::shared_ptr<const LayoutPlan>;

/// A head that every layout here shares; records and what follows are added.
Plan plan_of(std::string_view rest, std::string_view charset = "ascii") {
  std::string text = R"(layout words "Invented for a test"
scheme example
edition "Invented"
currency EUR
charset )" + std::string{charset} +
                     R"(
line ends lf
source H "Invented"
)" + std::string{rest};
  const LoadedLayout loaded = load_layout(text, "words.layout");
  for (const Finding& finding : loaded.findings) ADD_FAILURE() << finding.message;
  return loaded.plan;
}

struct Written {
  std::string text, code;
  std::vector<Finding> notes;
};

Written write(const Plan& plan, std::vector<Entry> entries, const Settings& settings = {}) {
  Order made;
  BatchHead batch;
  batch.currency = euro;
  made.add(batch, std::move(entries));
  made.order.head.created_on = make_date(2026, 3, 2);
  made.order.head.settings = &settings;
  ListedEntries lists{made.entries};
  TextTarget target;
  Written written;
  const auto done = write_fixed_width(*plan, made.order, lists, target, written.notes);
  written.text = target.text;
  if (!done) written.code = done.error().code + ": " + done.error().explanation;
  return written;
}

Heard read(const Plan& plan, std::string_view bytes, Expected expected = Expected::unknown) {
  MemorySource source{bytes};
  Heard heard;
  ReadOptions options;
  options.expected = expected;
  EXPECT_TRUE(read_fixed_width(*plan, source, options, heard).has_value());
  return heard;
}

Entry claim(std::string_view reference, std::int64_t amount) {
  Entry entry;
  entry.reference = reference;
  entry.amount_minor = amount;
  return entry;
}

// ---- Characters a bank does not take

TEST(OthersBlank, WritesABlankForWhatHasNoLetterAndSaysSo) {
  const Plan plan = plan_of(R"(length 12
record head "Head" opens file batch when 1-1 = "1"
  from H "1" sure A
   1-12  12  text   kind   = "1"
record item "Item" opens entry when 1-1 = "2"
  from H "1" sure A
   1-1    1  text   kind   = "2"
   2-8    7  text   name   -> entry.payer_name  class "A-Z " transliterate others_blank cut else warning
   9-12   4  money  amount -> entry.amount  decimals 0
order
  file = head item*
kind instruction from none
)");
  ASSERT_NE(plan, nullptr);
  Entry entry = claim("A", 5);
  entry.payer_name = "O'N\xC3\xA9l_\xE7\x8E\x8B";
  const Written written = write(plan, {entry});
  EXPECT_EQ(written.code, "");
  ASSERT_EQ(written.text.size(), 26U);
  EXPECT_EQ(written.text.substr(14, 7), "O NEL  ");
  ASSERT_EQ(written.notes.size(), 1U);
  EXPECT_EQ(written.notes[0].code, "write.transliterated");
  entry.payer_name = "A\nB";
  EXPECT_TRUE(write(plan, {entry}).code.starts_with("write.character")) << "no control character becomes a blank";
}

// ---- Japanese names in one byte a character

constexpr std::string_view kana = R"(length 12
record head "Head" opens file batch when 1-1 = "1"
  from H "1" sure A
   1-12  12  text   kind   = "1"
record item "Item" opens entry when 1-1 = "2"
  from H "1" sure A
   1-1    1  text   kind   = "2"
   2-8    7  text   name   -> entry.payer_name  class kana transliterate cut else warning
   9-12   4  money  amount -> entry.amount  decimals 0
order
  file = head item*
kind instruction from none
)";

std::string name_written(const Plan& plan, std::string_view name, std::vector<Finding>* notes = nullptr) {
  Entry entry = claim("A", 5);
  entry.payer_name = name;
  const Written written = write(plan, {entry});
  EXPECT_EQ(written.code, "");
  if (notes != nullptr) *notes = written.notes;
  return written.text.size() < 21 ? written.text : written.text.substr(14, 7);
}

TEST(JisX0201, WritesFullWidthNamesInHalfWidthLettersAndSaysSo) {
  const Plan plan = plan_of(kana, "jis_x0201");
  ASSERT_NE(plan, nullptr);
  std::vector<Finding> notes;
  // "ga-do" with a voiced kana at either end and a long vowel between.
  EXPECT_EQ(name_written(plan, "\xE3\x82\xAC\xE3\x83\xBC\xE3\x83\x89", &notes), "\xB6\xDE-\xC4\xDE  ");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].code, "write.transliterated");
  EXPECT_EQ(name_written(plan, "\xE3\x82\xAD\xE3\x83\xA3"), "\xB7\xD4     ") << "a small ya becomes a large one";
  EXPECT_EQ(name_written(plan, "\xE3\x83\x91\xE3\x81\xB1"), "\xCA\xDF\xCA\xDF   ") << "hiragana too";
  EXPECT_EQ(name_written(plan, "\xEF\xBC\xA1\xEF\xBC\x92"), "A2     ");
}

TEST(JisX0201, NeverCutsAMarkFromItsKana) {
  const Plan plan = plan_of(kana, "jis_x0201");
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(name_written(plan, "ABCDEF\xEF\xBD\xB6\xEF\xBE\x9E"), "ABCDEF ");
  EXPECT_EQ(name_written(plan, "ABCDE\xEF\xBD\xB6\xEF\xBE\x9E"), "ABCDE\xB6\xDE");
}

TEST(JisX0201, RefusesWhatItHasNoLetterFor) {
  const Plan plan = plan_of(kana, "jis_x0201");
  ASSERT_NE(plan, nullptr);
  Entry entry = claim("A", 5);
  entry.payer_name = "\xE5\xB1\xB1";  // A Chinese character.
  EXPECT_TRUE(write(plan, {entry}).code.starts_with("write.character"));
}

TEST(JisX0201, ReadsWhatItWroteAndWarnsOfLettersThatAreNotAllowed) {
  const Plan plan = plan_of(kana, "jis_x0201");
  ASSERT_NE(plan, nullptr);
  const Heard heard = read(plan, "1           \n2\xB6\xDE-A   0005\n2\xA7\xB1     0005\n");
  ASSERT_EQ(heard.entries.size(), 2U);
  EXPECT_EQ(heard.entries[0].payer_name, "\xEF\xBD\xB6\xEF\xBE\x9E-A");
  EXPECT_EQ(heard.entries[1].payer_name, "\xEF\xBD\xA7\xEF\xBD\xB1");
  ASSERT_EQ(heard.findings.size(), 1U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].code, "field.character");
  EXPECT_EQ(heard.findings[0].severity, Severity::warning);
}

// ---- A day of the month alone

TEST(DayAlone, IsTheLatestSuchDayOnOrBeforeTheDayOfTheFile) {
  const Plan plan = plan_of(R"(length 9
record head "Head" opens file batch when 1-1 = "1"
  from H "1" sure A
   1-1    1  text             kind   = "1"
   2-9    8  date "YYYYMMDD"  day    -> file.created_on
record item "Item" opens entry when 1-1 = "2"
  from H "1" sure A
   1-1    1  text             kind   = "2"
   2-3    2  date "DD"        day    -> entry.booked_on
   4-9    6  money            amount -> entry.amount
order
  file = head item*
kind instruction from none
)");
  ASSERT_NE(plan, nullptr);
  const Heard heard = read(plan, "120260302\n202000005\n203000005\n231000005\n232000005\n");
  ASSERT_EQ(heard.entries.size(), 4U);
  EXPECT_EQ(heard.entries[0].booked_on, make_date(2026, 3, 2));
  EXPECT_EQ(heard.entries[1].booked_on, make_date(2026, 2, 3));
  EXPECT_EQ(heard.entries[2].booked_on, make_date(2026, 1, 31)) << "February has no such day";
  EXPECT_EQ(heard.entries[3].booked_on, std::nullopt);
  EXPECT_EQ(heard.finding_codes().substr(0, 14), "field.not-date");
  Entry entry = claim("A", 5);
  entry.booked_on = make_date(2026, 2, 28);
  EXPECT_EQ(write(plan, {entry}).text, "120260302\n228000005\n");
}

// ---- Totals

constexpr std::string_view balance = R"(length 20
codes kinds "Kind of entry"
  mark claim   sets entry.direction = debit
  mark payment sets entry.direction = credit
  "13" claim   "claim"
  "50" payment "payment"
record head "Head" opens file batch when 1-1 = "0"
  from H "1" sure A
   1-20  20  text   kind   = "0"
record contra "What balances the claims" when 1-1 = "1" and 2-3 = "50" and 9-14 same as 15-20
  from H "1" sure A
   1-1    1  text   kind   = "1"
   2-3    2  code kinds code  default "50"
   4-8    5  money  amount
   9-14   6  text   account  -> creditor.account
  15-20   6  text   home     -> creditor.account
  write when creditor.balanced = "yes"
record item "Item" opens entry when 1-1 = "1"
  from H "1" sure A
   1-1    1  text   kind   = "1"
   2-3    2  code kinds code
   4-8    5  money  amount   -> entry.amount
   9-14   6  text   account  -> entry.payer_account  sensitive
  15-20   6  text   home     -> creditor.account
record tail "Tail" closes batch file when 1-1 = "7"
  from H "1" sure A
   1-1    1  text   kind   = "7"
   2-6    5  money  net
   7-11   5  digits count
  12-16   5  money  claims
  17-20   4  filler rest
order
  file = head item* contra? tail
total contra.amount = sum of item.amount in batch
total tail.net    = absolute sum of item.amount, contra.amount in batch negative where code is payment
total tail.count  = count of item, contra in batch or count of item in batch
total tail.claims = sum of item.amount in batch where code is claim
kind instruction from none
)";

TEST(Totals, AreWrittenWithoutTheirSignAndAContraIsWrittenWhereTheCreditorWantsOne) {
  const Plan plan = plan_of(balance);
  ASSERT_NE(plan, nullptr);
  const std::vector<Entry> claims{claim("A", 150), claim("B", 250)};
  const std::string head = "0" + std::string(19, ' ') + "\n";
  EXPECT_EQ(write(plan, claims, {{"account", "HOME"}}).text,
            head + "11300150      HOME  \n11300250      HOME  \n7004000000200400    \n");
  EXPECT_EQ(write(plan, claims, {{"account", "HOME"}, {"balanced", "yes"}}).text,
            head + "11300150      HOME  \n11300250      HOME  \n15000400HOME  HOME  \n7000000000300400    \n");
}

TEST(Totals, TakeAContraForNoClaim) {
  const Plan plan = plan_of(balance);
  ASSERT_NE(plan, nullptr);
  const Written written = write(plan, {claim("A", 150), claim("B", 250)}, {{"account", "HOME"}, {"balanced", "yes"}});
  const Heard heard = read(plan, written.text);
  EXPECT_EQ(heard.entries.size(), 2U);
  EXPECT_EQ(heard.finding_codes(), "");
}

TEST(Totals, MayBeMeantInTwoWaysAndTheSecondIsNoted) {
  const Plan plan = plan_of(balance);
  ASSERT_NE(plan, nullptr);
  std::string text = write(plan, {claim("A", 150)}, {{"account", "HOME"}, {"balanced", "yes"}}).text;
  text.replace(text.find("\n700000") + 7, 5, "00001");
  Heard heard = read(plan, text);
  ASSERT_EQ(heard.findings.size(), 1U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].code, "control.count");
  EXPECT_EQ(heard.findings[0].severity, Severity::note);
  text.replace(text.find("\n700000") + 7, 5, "00003");
  heard = read(plan, text);
  ASSERT_EQ(heard.findings.size(), 1U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].severity, Severity::error);
}

// ---- One layout for both directions

constexpr std::string_view both_ways = R"(length 12
codes results "Result"
  mark collected sets entry.outcome = settled
  mark unpaid    sets entry.outcome = returned
  "0" collected "collected"
  "1" unpaid    "no money"
  unknown as warning sets entry.outcome = unknown
record head "Head" opens file batch when 1-1 = "1"
  from H "1" sure A
   1-12  12  text   kind   = "1"
record item "Item" opens entry when 1-1 = "2"
  from H "1" sure A
   1-1    1  text   kind   = "2"
   2-6    5  text   key    -> entry.reference
   7-11   5  money  amount -> entry.amount
  12-12   1  code results result -> entry.reason  default "0"
record tail "Tail" closes batch file when 1-1 = "8"
  from H "1" sure A
   1-1    1  text   kind   = "8"
   2-4    3  digits count
   5-6    2  digits collected
   7-12   6  money  sum
order
  file = head item* tail
answer when item.result not in "0", ""
answer when tail.collected not zero
total tail.count     = count of item in batch
total tail.collected = count of item in batch where result is collected only in answers
total tail.sum       = sum of item.amount in batch
kind settlement from settled returned unknown
kind instruction from none
)";

TEST(BothWays, AreToldApartByTheContentUpToItsLastRecord) {
  const Plan plan = plan_of(both_ways);
  ASSERT_NE(plan, nullptr);
  const std::string sent = write(plan, {claim("A", 150), claim("B", 250)}).text;
  EXPECT_EQ(sent, "1           \n2A    001500\n2B    002500\n800200000400\n");
  Heard heard = read(plan, sent);
  EXPECT_EQ(heard.finding_codes(), "");
  EXPECT_EQ(heard.counts.kind, FileKind::instruction);
  EXPECT_EQ(heard.entries.at(0).outcome, Outcome::none);
  EXPECT_EQ(heard.entries.at(0).reason, "");
  heard = read(plan, "1           \n2A    001500\n2B    002500\n800202000400\n");
  EXPECT_EQ(heard.finding_codes(), "");
  EXPECT_EQ(heard.counts.kind, FileKind::settlement);
  EXPECT_EQ(heard.entries.at(0).outcome, Outcome::settled);
  heard = read(plan, "1           \n2A    001500\n2B    002501\n800201000400\n");
  EXPECT_EQ(heard.finding_codes(), "");
  EXPECT_EQ(heard.entries.at(0).outcome, Outcome::settled);
  EXPECT_EQ(heard.entries.at(1).outcome, Outcome::returned);
}

TEST(BothWays, AreRefusedWhereTheOtherOneWasExpected) {
  const Plan plan = plan_of(both_ways);
  ASSERT_NE(plan, nullptr);
  const std::string sent = "1           \n2A    001500\n800100000150\n";
  const std::string answered = "1           \n2A    001500\n800101000150\n";
  EXPECT_EQ(read(plan, sent, Expected::instruction).finding_codes(), "");
  EXPECT_EQ(read(plan, answered, Expected::answer).finding_codes(), "");
  EXPECT_EQ(read(plan, answered, Expected::instruction).findings.at(0).code, "file.is-answer");
  const Heard heard = read(plan, sent, Expected::answer);
  ASSERT_FALSE(heard.findings.empty());
  EXPECT_EQ(heard.findings.back().code, "file.no-answer");
  EXPECT_TRUE(heard.findings.back().refuses_file);
}

TEST(BothWays, AreWrittenByWhatTheEntriesSay) {
  const Plan plan = plan_of(both_ways);
  ASSERT_NE(plan, nullptr);
  Entry paid = claim("A", 150), unpaid = claim("B", 250);
  paid.outcome = Outcome::settled;
  unpaid.outcome = Outcome::returned;
  EXPECT_EQ(write(plan, {paid, unpaid}).text, "1           \n2A    001500\n2B    002501\n800201000400\n");
}

// ---- Smaller statements

TEST(LayoutWords, LetAFileBeNothingButEntries) {
  const Plan plan = plan_of(R"(length 8
record row "One row" opens entry when 1-1 = "R"
  from H "1" sure A
   1-1    1  text   kind   = "R"
   2-4    3  text   key    -> entry.reference
   5-8    4  money  amount -> entry.amount
order
  file = row+
kind instruction from none
)");
  ASSERT_NE(plan, nullptr);
  const std::string text = write(plan, {claim("A", 150), claim("B", 250)}).text;
  EXPECT_EQ(text, "RA  0150\nRB  0250\n");
  const Heard heard = read(plan, text);
  EXPECT_EQ(heard.finding_codes(), "");
  EXPECT_EQ(heard.entries.size(), 2U);
  EXPECT_EQ(heard.batches.size(), 1U);
}

constexpr std::string_view loose = R"(length 10
tolerate unknown_lines as warning
tolerate long_text as warning
record routing "Routing line" length 6 when 1-2 = "$$"
  from H "1" sure A
   1-6    6  text   route  -> creditor.route
  write when creditor.route not in ""
record head "Head" opens file batch when 1-1 = "1"
  from H "1" sure A
   1-1    1  text   kind   = "1"
   2-3    2  digits place
   4-10   7  filler rest
record item "Item" opens entry when 1-1 = "2"
  from H "1" sure A
   1-1    1  text   kind   = "2"
   2-3    2  digits place
   4-5    2  digits bank
   6-6    1  digits branch
   7-10   4  money  amount -> entry.amount
  join bank branch with "" -> entry.payer_bank
record tail "Tail" closes batch file when 1-1 = "9"
  from H "1" sure A
   1-1    1  text   kind   = "9"
   2-3    2  digits place
   4-6    3  digits records
   7-10   4  filler rest
order
  file = routing? head item* tail
total head.place   = number of records in file
total item.place   = number of records in file
total tail.place   = number of records in file
total tail.records = count of records in file
kind instruction from none
)";

TEST(LayoutWords, CountNothingBeforeTheRecordThatOpensTheFile) {
  const Plan plan = plan_of(loose);
  ASSERT_NE(plan, nullptr);
  Entry entry = claim("A", 150);
  entry.payer_bank = "123";
  const Written written = write(plan, {entry}, {{"route", "$$ROUT"}});
  EXPECT_EQ(written.code, "");
  EXPECT_EQ(written.text, "$$ROUT\n101       \n2021230150\n903003    \n");
  EXPECT_EQ(read(plan, written.text).finding_codes(), "");
}

TEST(LayoutWords, SplitAWordIntoTheFieldsThatAJoinReadsItFrom) {
  const Plan plan = plan_of(loose);
  ASSERT_NE(plan, nullptr);
  Entry entry = claim("A", 150);
  entry.payer_bank = "456";
  const Heard heard = read(plan, write(plan, {entry}).text);
  ASSERT_EQ(heard.entries.size(), 1U);
  EXPECT_EQ(heard.entries[0].payer_bank, "456");
  entry.payer_bank = "1";
  EXPECT_TRUE(write(plan, {entry}).code.starts_with("write.piece"));
}

TEST(LayoutWords, LetForeignLinesAndTextBehindTheLastColumnPassWithAWarning) {
  const Plan plan = plan_of(loose);
  ASSERT_NE(plan, nullptr);
  const Heard heard = read(plan, "101       \nignore this line\n2021230150  a remark\n903003    \n");
  ASSERT_EQ(heard.findings.size(), 2U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].code, "record.unknown");
  EXPECT_EQ(heard.findings[0].severity, Severity::warning);
  EXPECT_EQ(heard.findings[1].code, "framing.long-line");
  EXPECT_EQ(heard.findings[1].severity, Severity::warning);
  EXPECT_EQ(heard.entries.size(), 1U);
}

TEST(LayoutWords, ReadMessagesAboutMandates) {
  const Plan plan = plan_of(R"(length 12
codes events "What happened"
  mark fine  sets entry.outcome = accepted
  mark new   sets entry.mandate_event = created
  mark gone  sets entry.mandate_event = ended
  "N" fine new   "new"
  "E" fine gone  "ended"
  unknown as warning sets entry.outcome = unknown
record head "Head" opens file batch when 1-1 = "1"
  from H "1" sure A
   1-12  12  text   kind   = "1"
record item "Item" opens entry when 1-1 = "2"
  from H "1" sure A
   1-1    1  text          kind    = "2"
   2-2    1  code events   event   -> entry.status
   3-8    6  date "YYMMDD" from_day -> entry.effective_on
   9-12   4  text          mandate -> entry.mandate
order
  file = head item*
kind mandate from accepted unknown
)");
  ASSERT_NE(plan, nullptr);
  const Heard heard = read(plan, "1           \n2N260401M1  \n2E260402M2  \n");
  EXPECT_EQ(heard.finding_codes(), "");
  EXPECT_EQ(heard.counts.kind, FileKind::mandate);
  ASSERT_EQ(heard.entries.size(), 2U);
  EXPECT_EQ(heard.entries[0].mandate_event, MandateNews::created);
  EXPECT_EQ(heard.entries[1].mandate_event, MandateNews::ended);
  EXPECT_EQ(heard.entries[1].effective_on, make_date(2026, 4, 2));
}

}  // namespace
}  // namespace counterfoil
