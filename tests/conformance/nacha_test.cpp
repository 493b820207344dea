// Every NACHA sample against its line in EXPECTED.tsv: counts, totals, returns and notifications of change are taken
// from the columns, the verdict from the first words of the last column, and the findings it names from the table
// below.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "formats/layout.hpp"
#include "parsers/annotate.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

std::string samples_folder() {
  if (const char* folder = std::getenv("COUNTERFOIL_SAMPLES")) return std::string{folder} + "/nacha";
  return std::string{COUNTERFOIL_SOURCE_DIR} + "/../shared/samples/nacha";
}

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> cells;
  std::stringstream rest{line};
  for (std::string cell; std::getline(rest, cell, separator);) cells.push_back(cell);
  return cells;
}

using Row = std::map<std::string, std::string>;

std::vector<Row> expected_rows() {
  std::vector<Row> rows;
  std::ifstream list{samples_folder() + "/EXPECTED.tsv"};
  std::string line;
  if (!std::getline(list, line)) return rows;
  const auto names = split(line, '\t');
  while (std::getline(list, line)) {
    const auto cells = split(line, '\t');
    Row row;
    for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) row[names[i]] = cells[i];
    rows.push_back(row);
  }
  return rows;
}

std::string read_whole(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

struct KeptEntry {
  std::uint32_t line;
  Outcome outcome;
  Direction direction;
  std::int64_t amount;
  std::string reason, trace, original_trace, original_bank, return_trace, corrected, text;
  std::optional<Date> settled_on;
};

class Keep final : public WordSink {
 public:
  void file(const FileHead& head) override { message_id = head.message_id; }
  void batch(const BatchHead& head) override { settled_on_ = head.settled_on; }
  void entry(const Entry& e) override {
    entries.push_back({e.line, e.outcome, e.direction, e.amount_minor, std::string{e.reason}, std::string{e.trace},
                       std::string{e.original_trace}, std::string{e.original_bank}, std::string{e.return_trace},
                       std::string{e.corrected_data}, std::string{e.reason_text}, settled_on_});
  }
  void finding(const Finding& finding) override { findings.push_back(finding); }
  void end(const FileCounts& c) override { counts = c; }

  std::string message_id;
  std::vector<KeptEntry> entries;
  std::vector<Finding> findings;
  FileCounts counts;

  [[nodiscard]] bool has(std::string_view code, std::uint32_t line) const {
    for (const Finding& finding : findings) {
      if (finding.code == code && finding.place.line == line) return true;
    }
    return false;
  }

 private:
  std::optional<Date> settled_on_;
};

struct Read {
  Keep words;
  Verdict verdict = Verdict::refused;
};

Read read_sample(const std::string& file, bool accept_partial) {
  Read read;
  const std::string bytes = read_whole(samples_folder() + "/" + file);
  MemorySource source{bytes};
  const auto verdict =
      read_bank_file(source, {.file_name = file, .format = {}, .accept_partial = accept_partial}, read.words);
  EXPECT_TRUE(verdict.has_value());
  read.verdict = verdict.value_or(Verdict::refused);
  return read;
}

bool is_partial(const Row& row) {
  return row.at("what a correct reader reports").find("artial") != std::string::npos &&
         row.at("file").starts_with("return-partial");
}

class NachaSample : public testing::TestWithParam<Row> {};

TEST_P(NachaSample, HasTheCountsAndTotalsListed) {
  const Row& row = GetParam();
  const Read read = read_sample(row.at("file"), is_partial(row));
  std::uint64_t records = 0;
  for (const std::string& pair : split(row.at("records by type"), ' '))
    records += std::stoull(pair.substr(pair.find(':') + 1));
  EXPECT_EQ(read.words.counts.records, records);
  EXPECT_EQ(std::to_string(read.words.counts.batches), row.at("batches"));
  EXPECT_EQ(std::to_string(read.words.counts.entries), row.at("entries"));
  EXPECT_EQ(std::to_string(read.words.counts.addenda), row.at("addenda"));
  EXPECT_EQ(std::to_string(read.words.counts.prenotes), row.at("prenotes"));
  std::int64_t debit = 0, credit = 0;
  for (const KeptEntry& entry : read.words.entries)
    (entry.direction == Direction::debit ? debit : credit) += entry.amount;
  EXPECT_EQ(std::to_string(debit), row.at("debit cents"));
  EXPECT_EQ(std::to_string(credit), row.at("credit cents"));
}

TEST_P(NachaSample, HasTheVerdictListed) {
  const Row& row = GetParam();
  const std::string& says = row.at("what a correct reader reports");
  const Read read = read_sample(row.at("file"), is_partial(row));
  const bool accepts = says.starts_with("ACCEPT") || says.starts_with("In partial-file profile ACCEPT") ||
                       says.starts_with("Partial profile ACCEPT");
  const Verdict expected = accepts                      ? Verdict::accepted
                           : says.starts_with("REJECT") ? Verdict::refused
                                                        : Verdict::accepted_with_findings;
  EXPECT_EQ(verdict_name(read.verdict), verdict_name(expected)) << says;
}

TEST_P(NachaSample, HasTheReturnsAndChangesListed) {
  const Row& row = GetParam();
  const Read read = read_sample(row.at("file"), is_partial(row));
  std::multiset<std::string> expected, found;
  const std::regex returned{R"((R\d\d)(?: (dishonored|contested))? (\d+))"}, change{R"re((C\d\d) "([^"]*)")re"};
  const std::string& returns = row.at("returns");
  for (std::sregex_iterator i{returns.begin(), returns.end(), returned}, end; i != end; ++i) {
    expected.insert((*i)[1].str() + " " + ((*i)[2].length() == 0 ? "returned" : (*i)[2].str()) + " " + (*i)[3].str());
  }
  const std::string& changes = row.at("nocs");
  for (std::sregex_iterator i{changes.begin(), changes.end(), change}, end; i != end; ++i)
    expected.insert((*i)[1].str() + " corrected " + (*i)[2].str());
  for (const KeptEntry& entry : read.words.entries) {
    if (entry.outcome == Outcome::none) continue;
    std::string data = entry.corrected;
    data.erase(data.find_last_not_of(' ') + 1);
    found.insert(entry.reason + " " + std::string{outcome_name(entry.outcome)} + " " +
                 (entry.outcome == Outcome::corrected ? data : std::to_string(entry.amount)));
  }
  EXPECT_EQ(found, expected);
}

// The entry hash is no exchange word; the annotated view shows what it is made of.
TEST_P(NachaSample, HasTheHashListed) {
  class Hash final : public AnnotationSink {
   public:
    void record(const AnnotatedRecord& record) override {
      for (const AnnotatedField& field : record.fields) {
        if (field.name == "receiving_dfi") sum += std::stoull(field.raw);
      }
    }
    std::uint64_t sum = 0;
  };
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  ASSERT_NE(plan, nullptr);
  const std::string bytes = read_whole(samples_folder() + "/" + GetParam().at("file"));
  MemorySource source{bytes, 57};
  Hash hash;
  ASSERT_TRUE(annotate_fixed_width(*plan, source, {}, false, hash).has_value());
  EXPECT_EQ(hash.sum % 10'000'000'000U, std::stoull(GetParam().at("hash computed from entries")));
}

TEST_P(NachaSample, ReadsTheSameInPiecesOfAnySize) {
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  ASSERT_NE(plan, nullptr);
  const std::string bytes = read_whole(samples_folder() + "/" + GetParam().at("file"));
  const auto described = [&](std::size_t piece) {
    Keep words;
    MemorySource source{bytes, piece};
    const auto verdict = read_bank_file(source, {.file_name = "f", .format = "nacha"}, words);
    std::string text{verdict_name(verdict.value_or(Verdict::refused))};
    for (const Finding& finding : words.findings)
      text += "\n" + finding.code + " " + std::to_string(finding.place.line) + " " + finding.message;
    for (const KeptEntry& entry : words.entries)
      text += "\n" + entry.reason + entry.original_trace + std::to_string(entry.amount);
    return text;
  };
  const std::string whole = described(bytes.size() + 1);
  for (const std::size_t piece : {1U, 7U, 94U, 95U, 96U}) EXPECT_EQ(described(piece), whole) << piece;
}

struct Named {
  std::string code;
  std::vector<std::uint32_t> lines;
};

// What the last column of EXPECTED.tsv names, as codes and lines.
const std::map<std::string, std::vector<Named>> named_findings{
    {"ppd-debit-short-lines.ach", {{"framing.short-line", {1, 5}}}},
    {"ppd-debit-no-newlines.ach", {{"framing.fill", {5}}}},
    {"ppd-debit-bad-check-digit.ach", {{"field.check-digit", {3}}, {"framing.short-line", {1, 5}}}},
    {"ppd-debit-foreign-trace-prefix.ach", {{"nacha.trace-prefix", {3}}, {"framing.short-line", {1, 5}}}},
    {"web-and-ppd-3-batches.ach", {{"nacha.web-credit", {3, 4, 5, 6, 9}}}},
    {"return-web-r01-r03.ach", {{"field.outer-blanks", {5, 9}}}},
    {"return-partial-no-batch-controls.ach",
     {{"order.missing-file-header", {1}},
      {"order.missing-batch-control", {4, 6}},
      {"order.missing-file-control", {6}},
      {"field.not-the-same", {6}}}},
    {"return-partial-no-file-records.ach",
     {{"order.missing-file-header", {1}}, {"order.missing-file-control", {4}}, {"field.outer-blanks", {4}}}},
    {"noc-cor-c01.ach", {{"field.not-the-same", {4}}}},
    {"return-dishonored-r68.ach", {{"nacha.return-code", {4, 6}}}},
    {"zero-entry-health-file.ach", {{"framing.short-line", {1, 2}}, {"field.blank", {1}}, {"field.check-digit", {1}}}},
    {"ppd-debit-long-lines.ach", {{"framing.long-line", {3, 5, 6}}}},
    {"ppd-iat-4-batches-no-fill.ach", {{"control.batch-count", {93}}, {"framing.fill", {93}}}},
    {"records-out-of-order-header-inside-batch.txt", {{"order.missing-file-header", {1}}, {"order.out-of-place", {4}}}},
    {"company-name-all-zeros.txt", {{"nacha.company-name", {2}}}},
    {"tel-individual-name-blank.txt", {{"nacha.r26", {8, 9}}}},
    {"payroll-5-batches-with-credit-prenotes.txt", {{"framing.short-line", {30}}}},
    {"nonascii-latin1-addenda.ach",
     {{"control.block-count", {17}}, {"control.entry-addenda-count", {17}}, {"framing.short-line", {1, 17}}}},
    {"return-nonstandard-code-r97.ach", {{"field.unknown-code", {4}}, {"framing.short-line", {1, 6}}}},
    {"fuzz-truncated-three-records.ach",
     {{"order.missing-file-header", {1}},
      {"order.missing-batch-control", {3}},
      {"order.missing-file-control", {3}},
      {"field.not-the-same", {3}},
      {"nacha.service-class", {2}}}},
    {"return-partial-two-batches.ach",
     {{"order.missing-file-header", {1}},
      {"order.missing-batch-control", {4, 8}},
      {"order.missing-file-control", {8}}}},
    {"return-and-noc-3-batches.txt", {{"nacha.trace-prefix", {3, 7, 11}}, {"field.check-digit", {1}}}},
    {"return-ppd-r01.txt", {{"framing.fill", {6}}}},
    {"return-five-with-wrong-controls.txt",
     {{"sequence.trace", {5, 7, 9, 11}},
      {"control.entry-addenda-count", {13, 14}},
      {"control.entry-hash", {13, 14}},
      {"control.total-debit", {13, 14}},
      {"control.batch-count", {14}},
      {"control.block-count", {14}},
      {"field.not-the-same", {13}}}},
    {"ppd-dishonored-r68.txt", {{"framing.fill", {6}}}},
};

TEST_P(NachaSample, SaysWhatIsNamedAndNoMoreThanWarnsWhereItIsFine) {
  const Row& row = GetParam();
  const Read read = read_sample(row.at("file"), is_partial(row));
  const auto named = named_findings.find(row.at("file"));
  std::set<std::pair<std::string, std::uint32_t>> expected;
  if (named != named_findings.end()) {
    for (const Named& finding : named->second) {
      for (const std::uint32_t line : finding.lines) {
        expected.emplace(finding.code, line);
        EXPECT_TRUE(read.words.has(finding.code, line)) << finding.code << " on line " << line;
      }
    }
  }
  const bool is_strict = row.at("what a correct reader reports").starts_with("ACCEPT strict.");
  for (const Finding& finding : read.words.findings) {
    EXPECT_FALSE(finding.remedy.empty()) << finding.code;
    EXPECT_FALSE(finding.message.empty()) << finding.code;
    if (is_strict) ADD_FAILURE() << "A file without faults has the finding " << finding.code << ": " << finding.message;
    // One cause, one message: no error that the list does not know of, but for a file that is refused anyway.
    if (finding.severity == Severity::error && read.verdict != Verdict::refused) {
      EXPECT_TRUE(expected.contains({finding.code, finding.place.line}))
          << finding.code << " on line " << finding.place.line << ": " << finding.message;
    }
  }
}

TEST(NachaSamples, CountTheBytesAboveSevenEInTheLatin1File) {
  if (expected_rows().empty()) GTEST_SKIP() << samples_folder() << "/EXPECTED.tsv is not here.";
  const Read read = read_sample("nonascii-latin1-addenda.ach", false);
  int bytes = 0;
  for (const Finding& finding : read.words.findings) {
    if (finding.code == "charset.high-bytes")
      bytes += std::stoi(finding.message.substr(finding.message.find("holds ") + 6));
  }
  EXPECT_EQ(bytes, 120);
}

TEST(NachaSamples, KeepAnswersApartFromInstructionsWhenPartsAreMissing) {
  if (expected_rows().empty()) GTEST_SKIP() << samples_folder() << "/EXPECTED.tsv is not here.";
  for (const char* file : {"return-partial-no-batch-controls.ach", "return-partial-no-file-records.ach",
                           "return-partial-two-batches.ach"}) {
    const Read read = read_sample(file, false);
    EXPECT_EQ(read.verdict, Verdict::accepted_with_findings) << file;
    EXPECT_FALSE(read.words.entries.empty()) << file;
  }
}

TEST(NachaSamples, GiveTheReferencesOfAReturnWithItsDays) {
  if (expected_rows().empty()) GTEST_SKIP() << samples_folder() << "/EXPECTED.tsv is not here.";
  const Read example = read_sample("example-return.ach", false);
  ASSERT_EQ(example.words.entries.size(), 2U);
  EXPECT_EQ(example.words.message_id, "1234567890-076401251-261105-0600-A");
  EXPECT_EQ(example.words.entries[0].original_trace, "076401250000001");
  EXPECT_EQ(example.words.entries[0].settled_on, make_date(2026, 11, 5)) << "day 309 of the year of the file";
  EXPECT_EQ(example.words.entries[1].corrected, "123456780   987654321        ");

  const Read dishonored = read_sample("return-dishonored-r68.ach", false);
  ASSERT_EQ(dishonored.words.entries.size(), 2U);
  EXPECT_EQ(dishonored.words.entries[0].original_trace, "059999990000301");
  EXPECT_EQ(dishonored.words.entries[0].original_bank, "12391871");
  EXPECT_EQ(dishonored.words.entries[0].return_trace, "123918710000001");
  EXPECT_EQ(dishonored.words.entries[0].text, "Untimely Return");

  const Read information = read_sample("return-and-noc-3-batches.txt", false);
  ASSERT_EQ(information.words.entries.size(), 3U);
  EXPECT_EQ(information.words.entries[1].text, "INVALID");

  const Read plain = read_sample("ppd-dishonored-r68.txt", false);
  ASSERT_EQ(plain.words.entries.size(), 1U);
  EXPECT_EQ(plain.words.entries[0].settled_on, make_date(1990, 7, 2)) << "day 183";
}

TEST(NachaSamples, ShowEveryFieldOfAContestedReturn) {
  if (expected_rows().empty()) GTEST_SKIP() << samples_folder() << "/EXPECTED.tsv is not here.";
  class Fields final : public AnnotationSink {
   public:
    void record(const AnnotatedRecord& record) override {
      if (record.name != "contested_addenda") return;
      for (const AnnotatedField& field : record.fields) raw[field.name] = field.raw;
    }
    std::map<std::string, std::string> raw;
  };
  const std::string bytes = read_whole(samples_folder() + "/return-contested-r72.txt");
  MemorySource source{bytes};
  Fields fields;
  ASSERT_TRUE(annotate_fixed_width(*LayoutLibrary::built_in().find("nacha"), source, {}, false, fields).has_value());
  EXPECT_EQ(fields.raw["original_trace"], "123456780000069");
  EXPECT_EQ(fields.raw["original_receiving_dfi"], "75639218");
  EXPECT_EQ(fields.raw["original_entry_returned"], "      ");
  EXPECT_EQ(fields.raw["original_settlement_date"], "   ");
  EXPECT_EQ(fields.raw["return_trace"], "756392180000001");
  EXPECT_EQ(fields.raw["return_settlement_date"], "067");
  EXPECT_EQ(fields.raw["return_reason_code"], "01");
  EXPECT_EQ(fields.raw["dishonored_trace"], "123456780000070");
  EXPECT_EQ(fields.raw["dishonored_settlement_date"], "218");
  EXPECT_EQ(fields.raw["dishonored_reason_code"], "68");
}

INSTANTIATE_TEST_SUITE_P(Listed, NachaSample, testing::ValuesIn(expected_rows()), [](const auto& sample) {
  std::string name = sample.param.at("file");
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NachaSample);

TEST(NachaSamples, AreListed) {
  if (expected_rows().empty()) GTEST_SKIP() << samples_folder() << "/EXPECTED.tsv is not here.";
  EXPECT_EQ(expected_rows().size(), 34U);
}

}  // namespace
}  // namespace counterfoil
