#include "parsers/csv.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "parsers/byte_source.hpp"

namespace counterfoil {
namespace {

/// The bytes of a text in pieces of any size: a reader must not care where they are cut.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string text, std::size_t size) : text_{std::move(text)}, size_{size} {}
  Result<std::string_view> next() override {
    const std::string_view piece = std::string_view{text_}.substr(at_, size_);
    at_ += piece.size();
    return piece;
  }

 private:
  std::string text_;
  std::size_t size_;
  std::size_t at_ = 0;
};

struct Read {
  std::vector<std::vector<std::string>> rows;
  std::vector<Finding> findings;
};

const std::vector<CsvColumn> two_columns{{.name = "reference"}, {.name = "amount"}};

Read read(const std::string& text, std::size_t piece = 4096, std::vector<CsvColumn> columns = two_columns,
          CsvOptions options = {.file_name = "t.csv"}) {
  Pieces source{text, piece};
  CsvReader reader{source, columns, std::move(options)};
  Read result;
  while (true) {
    const auto row = reader.next();
    EXPECT_TRUE(row.has_value());
    if (!row || *row == nullptr) break;
    std::vector<std::string> cells;
    for (std::size_t at = 0; at < columns.size(); ++at) cells.emplace_back((*row)->cell(at));
    result.rows.push_back(std::move(cells));
  }
  result.findings = reader.findings();
  return result;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(CsvReader, TakesColumnsInAnyOrderAndHeaderNamesInAnyCase) {
  const auto result = read("Amount, REFERENCE \n12.50,R1\n");
  EXPECT_EQ(result.rows, (Rows{{"R1", "12.50"}}));
  EXPECT_TRUE(result.findings.empty());
}

TEST(CsvReader, ReadsQuotesSeparatorsAndLineFeedsInsideQuotes) {
  const auto result = read("reference,amount\r\n\"a \"\"b\"\", c\r\nd\",1\r\n");
  EXPECT_EQ(result.rows, (Rows{{"a \"b\", c\r\nd", "1"}}));
}

TEST(CsvReader, TakesEveryLineEndAndALastLineWithoutOne) {
  EXPECT_EQ(read("reference,amount\na,1\r\nb,2\rc,3").rows, (Rows{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
}

TEST(CsvReader, FindsTheSeparatorInTheHeaderLine) {
  EXPECT_EQ(read("reference;amount\na,b;1\n").rows, (Rows{{"a,b", "1"}}));
  EXPECT_EQ(read("reference\tamount\na\t1\n").rows, (Rows{{"a", "1"}}));
}

TEST(CsvReader, SkipsAByteOrderMarkAndSaysSo) {
  const auto result = read("\xEF\xBB\xBFreference,amount\na,1\n");
  EXPECT_EQ(result.rows.size(), 1U);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].code, "csv.byte-order-mark");
  EXPECT_EQ(result.findings[0].severity, Severity::note);
}

TEST(CsvReader, NotesAColumnItDoesNotUse) {
  const auto result = read("reference,shoe size,amount\na,42,1\n");
  EXPECT_EQ(result.rows, (Rows{{"a", "1"}}));
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].code, "csv.extra-column");
  EXPECT_EQ(result.findings[0].place.column_first, 11U);
  EXPECT_EQ(result.findings[0].place.column_last, 19U);
}

TEST(CsvReader, NamesEveryMissingColumnAndReadsNoRow) {
  const auto result = read("name\nx\n");
  EXPECT_TRUE(result.rows.empty());
  ASSERT_EQ(result.findings.size(), 3U);
  EXPECT_EQ(result.findings[1].code, "csv.missing-column");
  EXPECT_TRUE(result.findings[1].refuses_file);
  EXPECT_EQ(result.findings[2].place.field, "amount");
}

TEST(CsvReader, RefusesAColumnThatIsThereTwice) {
  const auto result = read("reference,amount,Reference\na,1,b\n");
  EXPECT_TRUE(result.rows.empty());
  EXPECT_EQ(result.findings.at(0).code, "csv.duplicate-column");
}

TEST(CsvReader, ReadsAnOptionalColumnThatIsAbsentAsEmpty) {
  const auto result = read("reference\na\n", 4096, {{.name = "reference"}, {.name = "town", .required = false}});
  EXPECT_EQ(result.rows, (Rows{{"a", ""}}));
}

TEST(CsvReader, ReportsThreeFaultsAndKeepsTheSoundRows) {
  const auto result = read("reference,amount\na,1,2\nb\"x,3\nc,4\nd\xFF,5\n");
  EXPECT_EQ(result.rows, (Rows{{"c", "4"}}));
  ASSERT_EQ(result.findings.size(), 3U);
  EXPECT_EQ(result.findings[0].code, "csv.cell-count");
  EXPECT_EQ(result.findings[0].place.line, 2U);
  EXPECT_EQ(result.findings[1].code, "csv.stray-quote");
  EXPECT_EQ(result.findings[1].place,
            (Place{.file = "t.csv", .line = 3, .column_first = 2, .column_last = 2, .field = "reference"}));
  EXPECT_EQ(result.findings[2].code, "csv.not-utf8");
  EXPECT_EQ(result.findings[2].place.line, 5U);
}

TEST(CsvReader, PointsAtTheQuoteThatIsNeverClosed) {
  const auto result = read("reference,amount\na,1\nb,\"2\nc,3\n");
  EXPECT_EQ(result.rows, (Rows{{"a", "1"}}));
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].code, "csv.open-quote");
  EXPECT_TRUE(result.findings[0].refuses_file);
  EXPECT_EQ(result.findings[0].place.line, 3U);
  EXPECT_EQ(result.findings[0].place.column_first, 3U);
}

TEST(CsvReader, KeepsCountingLinesAfterACellOfSeveralLines) {
  const auto result = read("reference,amount\n\"a\nb\nc\",1\nd\n");
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings[0].place.line, 5U);
}

TEST(CsvReader, RefusesAnEmptyFileAndUtf16) {
  EXPECT_EQ(read("").findings.at(0).code, "csv.empty");
  EXPECT_EQ(read("\n\n").findings.at(0).code, "csv.empty");
  EXPECT_EQ(read(std::string{"\xFF\xFEr\0e\0", 6}).findings.at(0).code, "csv.utf16");
}

TEST(CsvReader, LeavesARowThatIsTooLongWithoutKeepingIt) {
  const CsvOptions options{.file_name = "t.csv", .longest_row = 100};
  const auto result = read("reference,amount\n" + std::string(100000, 'x') + "\na,1\n", 64, two_columns, options);
  EXPECT_EQ(result.rows, (Rows{{"a", "1"}}));
  EXPECT_EQ(result.findings.at(0).code, "csv.row-too-long");
}

TEST(CsvReader, DoesNotLetGarbageFloodTheFindings) {
  std::string text = "reference,amount\n";
  for (int at = 0; at < 5000; ++at) text += "x\n";
  const auto result = read(text, 4096, two_columns, {.file_name = "t.csv", .most_findings = 10});
  ASSERT_EQ(result.findings.size(), 11U);
  EXPECT_EQ(result.findings.back().code, "csv.more-findings");
  EXPECT_EQ(result.findings.back().message, "4990 more findings are not listed.");
}

TEST(CsvReader, LeavesOutARowOfSeparatorsWithANote) {
  const auto result = read("reference,amount\n,\n\na,1\n");
  EXPECT_EQ(result.rows, (Rows{{"a", "1"}}));
  EXPECT_EQ(result.findings.at(0).code, "csv.blank-row");
}

TEST(CsvReader, GivesThePlaceOfEveryCell) {
  Pieces source{"amount,reference\n12,\"R 1\"\n", 3};
  CsvReader reader{source, two_columns, {.file_name = "t.csv"}};
  const auto row = reader.next();
  ASSERT_TRUE(row.has_value() && *row != nullptr);
  EXPECT_EQ((*row)->place(0),
            (Place{.file = "t.csv", .line = 2, .column_first = 4, .column_last = 8, .field = "reference"}));
  EXPECT_EQ((*row)->place(1),
            (Place{.file = "t.csv", .line = 2, .column_first = 1, .column_last = 2, .field = "amount"}));
}

TEST(CsvCell, CannotBecomeAFormula) {
  const auto cell = [](std::string_view value, bool is_text) {
    std::string line;
    append_csv_cell(line, value, is_text);
    return line;
  };
  EXPECT_EQ(cell("=1+1", true), "'=1+1");
  EXPECT_EQ(cell("@x", true), "'@x");
  EXPECT_EQ(cell("-5", false), "-5");
  EXPECT_EQ(cell("+a,b", true), "\"'+a,b\"");
  EXPECT_EQ(cell("say \"so\"", true), "\"say \"\"so\"\"\"");
}

RC_GTEST_PROP(CsvRoundTrip, ReadsBackWhatItWroteInPiecesOfAnySize, ()) {
  const auto letters = rc::gen::container<std::string>(rc::gen::elementOf(std::string{"ab \",;\n\r'\t0"}));
  const auto row = rc::gen::pair(letters, letters);
  const auto rows = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(row);
  CsvWriter writer{{"reference", "amount"}};
  writer.plain(0);
  writer.plain(1);
  std::string text = writer.header();
  Rows expected;
  for (const auto& [left, right] : rows) {
    text += writer.row({left, right});
    if (!left.empty() || !right.empty()) expected.push_back({left, right});
  }
  RC_ASSERT(read(text, *rc::gen::inRange<std::size_t>(1, 40)).rows == expected);
}

}  // namespace
}  // namespace counterfoil
