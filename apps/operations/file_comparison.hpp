// Two bank files laid side by side by what they say, not by their bytes: line ends, padding and the order of entries do
// not count, and the two may be of different formats.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/money.hpp"
#include "core/result.hpp"
#include "parsers/reader.hpp"
#include "parsers/tally.hpp"

namespace counterfoil {

struct ComparisonRequest {
  std::string left;  // A file on disk: it is read a second time where the two differ.
  std::string right;
  std::string format;  // For both; empty: each is looked at.
  Expected expected = Expected::unknown;
  std::vector<std::string> ignored;  // Names of values that may differ, such as "file.created".
};

/// As `values_of` has them; empty where one of the two says nothing.
struct ValueDifference {
  std::string name, left, right;
};

/// A word both files have, or a batch or statement only one of them has. Entries are matched by the reference that
/// comes back, heads, batches and statements by their place.
struct WordDifference {
  std::string word;  // "file", "batch", "entry", "statement"
  std::string key;   // Of an entry its reference, of the others their number.
  std::uint32_t left_line = 0, right_line = 0;
  Currency left_currency = {}, right_currency = {};
  std::vector<ValueDifference> values;
};

/// An entry only one of the files has.
struct LoneEntry {
  std::string key;
  std::uint32_t line = 0;
  Money amount;
};

struct ComparedFile {
  Verdict verdict = Verdict::refused;
  FileCounts counts;
  std::vector<CurrencyTotal> totals;
};

struct FileComparison {
  ComparedFile left, right;
  std::vector<WordDifference> differing;
  std::vector<LoneEntry> left_only, right_only;

  [[nodiscard]] bool equal() const { return differing.empty() && left_only.empty() && right_only.empty(); }
};

/// Of each word of the left file a digest is kept, well below a hundred bytes, and beyond that only what differs.
/// Fails with "diff.not-a-file", "diff.value-unknown" for a name nobody knows, "diff.changed", or as reading fails.
[[nodiscard]] Result<FileComparison> compare_files(const ComparisonRequest& request);

}  // namespace counterfoil
