// The "304" samples against what SOURCES.cn-jrl304-synthetic.tsv says of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/reader.hpp"

namespace counterfoil {
namespace {

std::string sample(const char* name) {
  const char* folder = std::getenv("COUNTERFOIL_SAMPLES");
  const std::string base = folder != nullptr ? folder : COUNTERFOIL_SOURCE_DIR "/../shared/samples";
  return base + "/cn-jrl304-synthetic/" + name;
}

/// What one row said, kept.
struct Row {
  std::string agreement, name, reason;
  std::int64_t amount = 0, collected = -1;
  Outcome outcome = Outcome::none;
};

class Kept final : public WordSink {
 public:
  void file(const FileHead& said) override { format = said.format; }
  void batch(const BatchHead& said) override {
    count = said.count;
    sum = said.sum_minor;
    collected_count = said.collected_count;
    collected_sum = said.collected_sum_minor;
    settled_on = said.settled_on;
  }
  void entry(const Entry& said) override {
    rows.push_back({std::string{said.mandate}, std::string{said.payer_name}, std::string{said.reason},
                    said.amount_minor, said.collected_minor, said.outcome});
  }
  void finding(const Finding& said) override { findings += said.code + ": " + said.message + "\n"; }
  void end(const FileCounts& said) override { kind = said.kind; }

  std::string format, findings;
  std::int64_t count = 0, sum = 0, collected_count = 0, collected_sum = 0;
  std::optional<Date> settled_on;
  FileKind kind = FileKind::unknown;
  std::vector<Row> rows;
};

/// Reads the sample as `file show` does: what it is, is told by its content.
void read(const char* name, Kept& kept) {
  auto source = FileSource::open(sample(name));
  ASSERT_TRUE(source.has_value()) << source.error().explanation;
  const auto verdict = read_bank_file(**source, {.file_name = name, .format = {}}, kept);
  ASSERT_TRUE(verdict.has_value()) << verdict.error().explanation;
  EXPECT_EQ(*verdict, Verdict::accepted) << kept.findings;
  EXPECT_EQ(kept.format, "cn-304");
}

#define SKIP_WITHOUT(name) \
  if (!std::filesystem::exists(sample(name))) GTEST_SKIP() << "cn-jrl304-synthetic/" << (name) << " is not here."

TEST(Cn304Samples, TheSentFileAsksForFourDebits) {
  SKIP_WITHOUT("sent.gbk.txt");
  Kept kept;
  read("sent.gbk.txt", kept);
  EXPECT_EQ(kept.kind, FileKind::instruction);
  ASSERT_EQ(kept.rows.size(), 4U);
  EXPECT_EQ(kept.count, 4);
  EXPECT_EQ(kept.sum, 129651);
  EXPECT_EQ(kept.collected_count, -1);
  EXPECT_FALSE(kept.settled_on.has_value());
  for (const Row& row : kept.rows) {
    EXPECT_EQ(row.outcome, Outcome::none);
    EXPECT_EQ(row.reason, "");
  }
  EXPECT_EQ(kept.rows[2].name, "\xE6\xAC\xA7\xE9\x98\xB3\xE5\xA8\x9C\xE5\xA8\x9C");
}

TEST(Cn304Samples, TheReturnFileCollectsTwoAndNamesTheReasonsOfTheOthers) {
  SKIP_WITHOUT("return.gbk.txt");
  Kept kept;
  read("return.gbk.txt", kept);
  EXPECT_EQ(kept.kind, FileKind::settlement);
  ASSERT_EQ(kept.rows.size(), 4U);
  EXPECT_EQ(kept.collected_count, 2);
  EXPECT_EQ(kept.collected_sum, 97040);
  EXPECT_EQ(kept.settled_on, make_date(2025, 6, 11));
  std::int64_t collected = 0;
  for (const Row& row : kept.rows) {
    if (row.outcome == Outcome::settled) collected += row.collected;
  }
  EXPECT_EQ(collected, 97040);
  const Scheme& scheme = *Catalogue::built_in().find("cn-304");
  EXPECT_EQ(kept.rows[1].outcome, Outcome::rejected);
  EXPECT_TRUE(scheme.find_reason(kept.rows[1].reason)->has_flag("funds"));
  EXPECT_EQ(kept.rows[2].outcome, Outcome::rejected);
  EXPECT_TRUE(scheme.find_reason(kept.rows[2].reason)->has_flag("name"));
}

TEST(Cn304Samples, ANameOfAFourByteCharacterIsReadWhole) {
  SKIP_WITHOUT("sent-4byte-name.gb18030.txt");
  Kept kept;
  read("sent-4byte-name.gb18030.txt", kept);
  ASSERT_EQ(kept.rows.size(), 1U);
  EXPECT_EQ(kept.rows[0].name, "\xE7\x8E\x8B\xF0\xAC\x80\xA9");
  EXPECT_EQ(kept.rows[0].amount, 1000);
}

}  // namespace
}  // namespace counterfoil
