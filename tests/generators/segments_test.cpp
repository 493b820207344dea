// Several entries in one record: written packed, read apart, and every one with its own place.
#include <gtest/gtest.h>

#include "formats/layout.hpp"
#include "generators/fixed_width.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/generators/fixed_words.hpp"
#include "tests/generators/heard.hpp"

namespace counterfoil {
namespace {

// Three segments of twelve columns behind a prefix of six.
constexpr std::string_view packed = R"(layout packed "Three claims a record"
scheme example
edition "Invented for this test"
currency CAD
length 42
charset ascii
line ends lf
source H "Invented"
codes kinds "Kind of transaction"
  mark claim   sets entry.outcome = none
  mark reject  sets entry.outcome = rejected
  "401"  claim   "a rent"
  "900"  reject  "refused"
  unknown as error sets entry.outcome = unknown
record head "Opening" opens file batch when 1-1 = "A"
  from H "1" sure A
   1-1    1  text             kind    = "A"
   2-4    3  digits           place
   5-6    2  text             run     -> file.file_modifier
   7-42  36  filler           rest
record claim "Claims" of items opens entry segments 3 of 12 from 7 when 1-1 = "D"
  from H "2" sure A
   1-1    1  text             kind    = "D"
   2-4    3  digits           place
   5-6    2  text             run     same as head.run
   7-9    3  code kinds       code    -> entry.transaction_code  default "401"
  10-14   5  money            amount  -> entry.amount
  15-18   4  text             key     -> entry.reference  required
  write when entry.direction = debit
record credit "Payments" like claim when 1-1 = "C"
   1-1    1  text             kind    = "C"
  set entry.direction = credit
record tail "End" closes batch file when 1-1 = "Z"
  from H "3" sure A
   1-1    1  text             kind    = "Z"
   2-4    3  digits           place
   5-8    4  digits           claims  -> batch.count
   9-15   7  money            sum
  16-18   3  digits           records
  19-42  24  filler           rest
order
  file = head items* tail
total head.place    = number of records in file
total items.place   = number of records in file
total tail.place    = number of records in file
total tail.claims   = count of claim in file
total tail.sum      = sum of claim.amount in file
total tail.records  = count of records in file
kind return from rejected
kind instruction from none
)";

std::shared_ptr<const LayoutPlan> plan() {
  const LoadedLayout loaded = load_layout(packed, "packed.layout");
  for (const Finding& finding : loaded.findings) ADD_FAILURE() << finding.message;
  return loaded.plan;
}

Order order_of(std::size_t claims) {
  Order made;
  made.order.format = "packed";
  made.order.head.file_modifier = "07";
  BatchHead batch;
  batch.currency = *Currency::parse("CAD");
  std::vector<Entry> entries(claims);
  for (std::size_t i = 0; i < claims; ++i) {
    entries[i].reference = made.keep("K" + std::to_string(i + 1));
    entries[i].amount_minor = static_cast<std::int64_t>(100 + i);
  }
  made.add(batch, std::move(entries));
  return made;
}

std::string written(const LayoutPlan& layout, Order& order) {
  ListedEntries lists{order.entries};
  TextTarget target;
  std::vector<Finding> notes;
  const auto made = write_fixed_width(layout, order.order, lists, target, notes);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().explanation);
  return target.text;
}

Heard read(const LayoutPlan& layout, std::string_view bytes) {
  MemorySource source{bytes};
  Heard heard;
  EXPECT_TRUE(read_fixed_width(layout, source, {}, heard).has_value());
  return heard;
}

TEST(Segments, ArePackedIntoRecordsAndTheLastIsFilledWithBlanks) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  Order order = order_of(4);
  EXPECT_EQ(written(*layout, order), "A00107" + std::string(36, ' ') +
                                         "\n"
                                         "D0020740100100K1  40100101K2  40100102K3  \n"
                                         "D0030740100103K4  " +
                                         std::string(24, ' ') +
                                         "\n"
                                         "Z00400040000406004" +
                                         std::string(24, ' ') + "\n");
}

TEST(Segments, ReadBackAsTheEntriesThatWereWritten) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  for (std::size_t claims = 1; claims < 9; ++claims) {
    Order order = order_of(claims);
    const Heard heard = read(*layout, written(*layout, order));
    EXPECT_EQ(heard.finding_codes(), "");
    ASSERT_EQ(heard.entries.size(), claims);
    for (std::size_t i = 0; i < claims; ++i) {
      EXPECT_EQ(heard.entries[i].reference, order.entries[0][i].reference);
      EXPECT_EQ(heard.entries[i].amount_minor, order.entries[0][i].amount_minor);
      EXPECT_EQ(heard.entries[i].line, 2 + i / 3);
      EXPECT_EQ(heard.entries[i].column, 7 + 12 * (i % 3));
    }
    EXPECT_EQ(heard.counts.records, 2 + (claims + 2) / 3);
  }
}

TEST(Segments, OfAnotherRecordBeginARecordOfTheirOwn) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  Order order = order_of(3);
  order.entries[0][1].direction = Direction::credit;
  const std::string bytes = written(*layout, order);
  EXPECT_NE(bytes.find("\nD00207"), std::string::npos) << bytes;
  EXPECT_NE(bytes.find("\nC00307"), std::string::npos) << bytes;
  EXPECT_NE(bytes.find("\nD00407"), std::string::npos) << bytes;
  EXPECT_EQ(read(*layout, bytes).finding_codes(), "");
}

/// A file of these claims, each with its twelve columns.
std::string file_of(std::string_view claims, std::string_view tail) {
  return "A00107" + std::string(36, ' ') + "\nD00207" + std::string{claims} + "\n" + std::string{tail} +
         std::string(42 - tail.size(), ' ') + "\n";
}

TEST(Segments, ThatAreBlankBeforeAFilledOneAreAnError) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  const Heard heard = read(*layout, file_of("40100100K1              40100102K3  ", "Z00300020000202003"));
  ASSERT_EQ(heard.findings.size(), 1U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].code, "segment.behind-blank");
  EXPECT_EQ(heard.findings[0].place.column_first, 31U);
  EXPECT_EQ(heard.findings[0].place.column_last, 42U);
  EXPECT_EQ(heard.entries.size(), 2U);
}

TEST(Segments, HaveTheirOutcomeEachOnItsOwn) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  const Heard heard = read(*layout, file_of("40100100K1  90000101K2  40100102K3  ", "Z00300030000303003"));
  ASSERT_EQ(heard.entries.size(), 3U) << heard.finding_codes();
  EXPECT_EQ(heard.entries[0].outcome, Outcome::none);
  EXPECT_EQ(heard.entries[1].outcome, Outcome::rejected);
  EXPECT_EQ(heard.entries[2].outcome, Outcome::none);
}

TEST(Segments, HaveFindingsInTheirOwnColumnsAndThoseOfThePrefixOnce) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  std::string bytes = file_of("40100100K1  4010X101K2  40100102K3  ", "Z00300030000303003");
  bytes.replace(bytes.find("\nD002") + 2, 3, "005");
  const Heard heard = read(*layout, bytes);
  ASSERT_EQ(heard.findings.size(), 2U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].code, "control.place");
  EXPECT_EQ(heard.findings[0].place.column_first, 2U);
  EXPECT_EQ(heard.findings[1].code, "field.not-amount");
  EXPECT_EQ(heard.findings[1].place.column_first, 22U);
  EXPECT_EQ(heard.findings[1].place.column_last, 26U);
}

TEST(Segments, OfARecordWithoutAnyAreMissed) {
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  const Heard heard = read(*layout, file_of(std::string(36, ' '), "Z00300000000000003"));
  ASSERT_EQ(heard.findings.size(), 1U) << heard.finding_codes();
  EXPECT_EQ(heard.findings[0].code, "segment.none");
}

TEST(Segments, AreAllShownInTheAnnotatedView) {
  struct Keep final : AnnotationSink {
    std::vector<AnnotatedRecord> records;
    void record(const AnnotatedRecord& record) override { records.push_back(record); }
  };
  const auto layout = plan();
  ASSERT_NE(layout, nullptr);
  Keep keep;
  const std::string bytes = file_of("40100100K1  90000101K2              ", "Z00300020000201003");
  MemorySource source{bytes};
  ASSERT_TRUE(annotate_fixed_width(*layout, source, {}, false, keep).has_value());
  ASSERT_EQ(keep.records.size(), 3U);
  std::string shown;
  for (const AnnotatedField& field : keep.records[1].fields)
    shown += std::to_string(field.first_column) + "-" + std::to_string(field.last_column) + " " + field.name + "; ";
  EXPECT_EQ(shown,
            "1-1 kind; 2-4 place; 5-6 run; 7-9 code; 10-14 amount; 15-18 key; 19-21 code; 22-26 amount; 27-30 key; ");
  EXPECT_EQ(keep.records[1].raw.size(), 42U);
}

}  // namespace
}  // namespace counterfoil
