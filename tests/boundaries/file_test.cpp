// Files that were cut or changed on their way, for every format and in both directions.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/boundaries/known_files.hpp"

namespace counterfoil {
namespace {

TEST(KnownFiles, AreThereForEveryFormatAndReadWithoutARemark) {
  std::set<std::string> formats;
  for (const KnownFile& file : known_files()) {
    ASSERT_NE(file.plan, nullptr) << file.name << ": there is no such format";
    formats.insert(file.plan->name);
    const Told read = told(*file.plan, file.bytes);
    EXPECT_EQ(read.verdict, Verdict::accepted) << file.name;
    EXPECT_TRUE(read.findings.empty()) << file.name << ": " << read.codes();
  }
  for (const auto& plan : LayoutLibrary::built_in().plans()) {
    EXPECT_TRUE(plan->variant_of.empty() ? formats.contains(plan->name) : true)
        << plan->name << ": put files of it into fixtures/fixed_width/" << plan->name;
  }
}

/// Where a file is whole: behind the last byte that says anything.
TEST(CutAnywhere, IsNeverTakenForTheWholeFile) {
  for (const KnownFile& file : known_files()) {
    const Told whole = told(*file.plan, file.bytes);
    for (std::size_t size = 0; size < file.bytes.size(); ++size) {
      const Told cut = told(*file.plan, std::string_view{file.bytes}.substr(0, size));
      if (cut.verdict != Verdict::accepted) continue;
      if (!states_totals(*file.plan, whole)) {  // Whole rows may be missing; what is there is not another thing.
        EXPECT_TRUE(!cut.findings.empty() || whole.words.starts_with(cut.words)) << file.name << " cut at " << size;
        continue;
      }
      EXPECT_EQ(cut.words, whole.words) << file.name << " cut at " << size << ": " << cut.codes();
    }
  }
}

/// The file with line `line` (from 0) cut or filled up to `length`.
std::string with_line_of(const std::string& bytes, std::size_t line, std::size_t length) {
  std::string text;
  std::size_t at = 0;
  for (std::size_t i = 0; at < bytes.size(); ++i) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string one = bytes.substr(at, end - at);
    if (i == line) one.resize(length, ' ');
    text += one + "\n";
    at = end + 1;
  }
  return text;
}

// Found by the fuzzer: the head of the Bacs layout says 80 columns and its items have 100. A line of 80 that looked
// like an item was taken for a whole record, and what lies behind its end was read.
TEST(LineAsLongAsAnotherRecord, IsNotReadBeyondItsEnd) {
  for (const KnownFile& file : known_files()) {
    std::set<std::size_t> lengths;
    for (const RecordPlan& record : file.plan->records) lengths.insert(record.length);
    const auto lines = static_cast<std::size_t>(std::ranges::count(file.bytes, '\n'));
    for (std::size_t line = 0; line < lines; ++line) {
      for (const std::size_t length : lengths) {
        for (const Told::Record& record : told(*file.plan, with_line_of(file.bytes, line, length)).records) {
          EXPECT_TRUE(record.plan == nullptr || record.bytes.size() == record.plan->length)
              << file.name << " line " << line + 1 << " with " << length << " columns, read as " << record.plan->name;
        }
      }
    }
  }
}

/// Fields of which the layout says what must stand there: constants, what another record says, totals. A number that
/// only rises is none: a larger one says nothing wrong.
bool is_controlled(const LayoutPlan& plan, const FieldPlan& field) {
  if (field.constant && field.fault != Fault::none && field.fault != Fault::note) return true;
  if (field.same_as && field.same_as_fault != Fault::none) return true;
  return field.total && plan.totals[*field.total].kind != TotalPlan::Kind::ascending;
}

Fault fault_of(const LayoutPlan& plan, const FieldPlan& field) {
  if (field.constant) return field.fault;
  return field.total ? plan.totals[*field.total].fault : field.same_as_fault;
}

bool is_key(const LayoutPlan& plan, const FieldPlan& field) {
  return std::ranges::any_of(plan.records, [&](const RecordPlan& record) {
    return std::ranges::any_of(record.conditions, [&](const KeyCondition& key) {
      return key.kind == KeyCondition::Kind::bytes && key.at.offset < field.last_column() &&
             field.at.offset < key.at.offset + key.at.length;
    });
  });
}

TEST(ChangedControl, IsNoticedInEveryByte) {
  constexpr std::string_view bytes = "0123456789AZaz -.\x01\x7F\x80\xFF";
  for (const KnownFile& file : known_files()) {
    const Told whole = told(*file.plan, file.bytes);
    std::size_t at = 0, changes = 0;
    for (const Told::Record& record : whole.records) {
      at = file.bytes.find(record.bytes, at);
      ASSERT_NE(at, std::string::npos) << file.name << " line " << record.line;
      for (const FieldPlan& field : record.plan->fields) {
        if (field.is_part || !is_controlled(*file.plan, field)) continue;
        for (std::uint32_t i = field.at.offset; i < field.at.offset + field.at.length; ++i) {
          for (const char byte : bytes) {
            std::string changed = file.bytes;
            if (changed[at + i] == byte) continue;
            changed[at + i] = byte;
            ++changes;
            const Told read = told(*file.plan, changed);
            // Where nothing counts the rows, a row of another sound kind is as good as any.
            if (is_key(*file.plan, field) && !states_totals(*file.plan, whole)) continue;
            EXPECT_FALSE(read.findings.empty())
                << file.name << " line " << record.line << " " << record.plan->name << "." << field.name << " column "
                << i + 1 << " byte " << static_cast<int>(static_cast<unsigned char>(byte));
            // A key makes another record of it, which may be sound as it stands; what it does to the file is told.
            if (is_key(*file.plan, field)) continue;
            const Fault fault = fault_of(*file.plan, field);
            if (fault != Fault::error && fault != Fault::refuse) continue;
            EXPECT_NE(read.verdict, Verdict::accepted)
                << file.name << " line " << record.line << " " << record.plan->name << "." << field.name << " column "
                << i + 1 << " byte " << static_cast<int>(static_cast<unsigned char>(byte)) << ": " << read.codes();
          }
        }
      }
      at += record.bytes.size();
    }
    EXPECT_TRUE(changes > 100U || is_rows_alone(*file.plan)) << file.name << " has hardly a control";
  }
}

TEST(LineTwiceOrGone, IsNoticed) {
  for (const KnownFile& file : known_files()) {
    const Told whole = told(*file.plan, file.bytes);
    std::size_t at = 0;
    if (is_rows_alone(*file.plan)) continue;  // Nothing of the kind says how many there are.
    if (!states_totals(*file.plan, whole)) {
      const std::string headless = file.bytes.substr(file.bytes.find('\n') + 1);
      EXPECT_NE(told(*file.plan, headless).verdict, Verdict::accepted) << file.name << " without its opening";
      continue;
    }
    for (const Told::Record& record : whole.records) {
      at = file.bytes.find(record.bytes, at);
      ASSERT_NE(at, std::string::npos) << file.name << " line " << record.line;
      const std::size_t end =
          std::min(file.bytes.find_first_not_of("\r\n", at + record.bytes.size()), file.bytes.size());
      const std::string line = file.bytes.substr(at, end - at);
      std::string gone = file.bytes, twice = file.bytes;
      gone.erase(at, end - at);
      twice.insert(at, line);
      at = end;
      if (record.plan->roles.fills) {
        EXPECT_FALSE(told(*file.plan, gone).findings.empty()) << file.name << " without line " << record.line;
        continue;
      }
      EXPECT_NE(told(*file.plan, gone).verdict, Verdict::accepted) << file.name << " without line " << record.line;
      EXPECT_NE(told(*file.plan, twice).verdict, Verdict::accepted) << file.name << " with line " << record.line;
    }
  }
}

}  // namespace
}  // namespace counterfoil
