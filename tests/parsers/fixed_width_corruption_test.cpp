// Files that were cut or changed on their way. What a control protects must never pass; what no control protects is
// listed.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "formats/layout.hpp"
#include "parsers/byte_source.hpp"
#include "parsers/fixed_width.hpp"
#include "tests/parsers/nacha_file.hpp"

namespace counterfoil::tests {
namespace {

class Count final : public WordSink {
 public:
  void entry(const Entry& entry) override {
    ++entries;
    sum += entry.amount_minor;
  }
  void finding(const Finding& finding) override {
    findings += finding.severity != Severity::note ? 1U : 0U;
    notes += finding.severity == Severity::note ? 1U : 0U;
  }
  std::uint64_t entries = 0, findings = 0, notes = 0;
  std::int64_t sum = 0;
  Verdict verdict = Verdict::refused;
};

Count read(std::string_view bytes) {
  Count count;
  MemorySource source{bytes};
  const LayoutPlan* plan = LayoutLibrary::built_in().find("nacha");
  EXPECT_NE(plan, nullptr);
  count.verdict = read_fixed_width(*plan, source, {}, count).value_or(Verdict::refused);
  return count;
}

/// Fifty records and more, every total with something to say.
NachaFile long_file() {
  NachaFile file;
  for (int b = 0; b < 5; ++b) {
    std::vector<NachaFile::Line> lines;
    for (int i = 0; i < 9; ++i)
      lines.push_back({.reference = "UNIT-" + std::to_string(b * 9 + i), .amount = 1000 + b * 100 + i});
    file.batch("PPD", lines);
  }
  return file.close();
}

TEST(CutFile, IsNeverTakenForComplete) {
  for (const std::string_view end : {"\n", "\r\n", ""}) {
    const NachaFile file = long_file();
    const std::string whole = file.text(end);
    ASSERT_EQ(read(whole).verdict, Verdict::accepted);
    // Behind the last digit of the file control nothing is said any more: blanks and fill.
    const auto control = std::ranges::find_if(
        file.records, [](const std::string& record) { return record[0] == '9' && record[1] != '9'; });
    const auto before_control = static_cast<std::size_t>(control - file.records.begin()) * (94 + end.size());
    const std::size_t complete_at = before_control + 55;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Count cut = read(std::string_view{whole}.substr(0, size));
      if (size <= before_control) {
        EXPECT_EQ(cut.verdict, Verdict::refused) << "cut at " << size;
      } else if (size < complete_at) {
        EXPECT_NE(cut.verdict, Verdict::accepted) << "cut inside the file control, at " << size;
      } else {
        EXPECT_EQ(cut.entries, 45U) << "cut at " << size;
      }
    }
  }
}

TEST(CutAnswers, AreNeverTakenForComplete) {
  const NachaFile file = return_file();
  const std::string whole = file.text();
  ASSERT_EQ(file.records[11][0], '9');
  const std::size_t complete_at = 11 * 95 + 55;
  for (std::size_t size = 0; size < complete_at; ++size)
    EXPECT_NE(read(std::string_view{whole}.substr(0, size)).verdict, Verdict::accepted) << "cut at " << size;
}

// Fields of controls that repeat the header or total the entries: any other byte anywhere in them is told.
TEST(ChangedControl, IsAlwaysNoticed) {
  const NachaFile file = forward_file();
  const std::string whole = file.text();
  for (std::size_t r = 0; r < file.records.size(); ++r) {
    const bool is_batch_control = file.records[r][0] == '8';
    const bool is_file_control = file.records[r][0] == '9' && file.records[r][1] != '9';
    if (!is_batch_control && !is_file_control) continue;
    const std::size_t begin = r * 95;
    for (std::size_t column = 1; column <= 94; ++column) {
      const bool is_free = is_batch_control && column >= 55 && column <= 73;  // The authentication code is anything.
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = whole;
        if (changed[begin + column - 1] == static_cast<char>(byte)) continue;
        changed[begin + column - 1] = static_cast<char>(byte);
        const Count count = read(changed);
        const bool is_printable = byte >= 0x20 && byte <= 0x7E;
        const bool is_reserved = is_file_control ? column >= 56 : column >= 74 && column <= 79;
        if (is_free && is_printable) continue;
        if (is_reserved && byte == '0') continue;  // Zeros for blanks say nothing either.
        EXPECT_GT(count.findings + count.notes, 0U) << "record " << r + 1 << " column " << column << " byte " << byte;
        const bool is_company = is_batch_control && column >= 45 && column <= 54;  // Only a warning: banks shift it.
        if (!is_free && !is_reserved && !is_company) {
          EXPECT_NE(count.verdict, Verdict::accepted) << "record " << r + 1 << " column " << column << " byte " << byte;
        }
      }
    }
  }
}

// What no rule of NACHA protects: a table to know, held so that it does not grow unseen.
TEST(ChangedEntry, PassesOnlyWhereNoRuleLooks) {
  const NachaFile file = forward_file();
  const std::string whole = file.text();
  const std::size_t begin = 2 * 95;
  constexpr std::string_view bytes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ";
  for (std::size_t column = 1; column <= 94; ++column) {
    const bool is_blind = (column >= 13 && column <= 29) || (column >= 40 && column <= 78) ||
                          (column >= 88 && column <= 94) || column == 2 || column == 3;
    for (const char byte : bytes) {
      std::string changed = whole;
      if (changed[begin + column - 1] == byte) continue;
      changed[begin + column - 1] = byte;
      const Count count = read(changed);
      EXPECT_TRUE(is_blind || count.verdict != Verdict::accepted) << "column " << column << " byte " << byte;
      EXPECT_EQ(count.entries >= 4 || count.verdict == Verdict::refused, true)
          << "column " << column << " byte " << byte;
    }
  }
}

TEST(ChangedRecord, NeverHidesAnotherOne) {
  const NachaFile file = forward_file();
  for (std::size_t r = 0; r < file.records.size(); ++r) {
    for (const char type : {'0', '1', '2', '5', '6', '7', '8', '9', 'A', ' '}) {
      NachaFile changed = file;
      if (changed.records[r][0] == type || r > 10) continue;
      changed.records[r][0] = type;
      EXPECT_NE(read(changed.text()).verdict, Verdict::accepted) << "record " << r + 1 << " as " << type;
    }
  }
}

TEST(LeftOutRecord, IsNoticed) {
  const NachaFile file = forward_file();
  for (std::size_t r = 0; r < 11; ++r) {
    NachaFile changed = file;
    changed.records.erase(changed.records.begin() + static_cast<std::ptrdiff_t>(r));
    EXPECT_NE(read(changed.text()).verdict, Verdict::accepted) << "record " << r + 1;
  }
}

TEST(DoubledRecord, IsNoticed) {
  const NachaFile file = forward_file();
  for (std::size_t r = 0; r < 11; ++r) {
    NachaFile changed = file;
    changed.records.insert(changed.records.begin() + static_cast<std::ptrdiff_t>(r), changed.records[r]);
    EXPECT_NE(read(changed.text()).verdict, Verdict::accepted) << "record " << r + 1;
  }
}

TEST(Amounts, ReachTheWidthOfTheirFields) {
  NachaFile file;
  std::vector<NachaFile::Line> lines;
  for (int i = 0; i < 100; ++i) lines.push_back({.reference = std::to_string(i), .amount = 9'999'999'999});
  const Count count = read(file.batch("PPD", lines).close().text());
  EXPECT_EQ(count.verdict, Verdict::accepted);
  EXPECT_EQ(count.sum, 999'999'999'900);
}

TEST(EntryHash, KeepsTheRightmostTenDigits) {
  NachaFile file;
  std::vector<NachaFile::Line> lines;
  for (int i = 0; i < 150; ++i) lines.push_back({.bank = "999999992", .reference = std::to_string(i), .amount = 1});
  const std::string bytes = file.batch("PPD", lines).close().text();
  EXPECT_NE(bytes.find("8225000150"
                       "4999999850"),
            std::string::npos)
      << "150 times 99999999 is 14999999850";
  EXPECT_EQ(read(bytes).verdict, Verdict::accepted);
}

}  // namespace
}  // namespace counterfoil::tests
