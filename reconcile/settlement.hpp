// Sums that must agree: a result file against its own head and against the batch that was sent.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/finding.hpp"
#include "core/money.hpp"

namespace counterfoil {

/// Gathered while the entries pass: four numbers, whatever the size of the file.
struct ResultTotals {
  std::uint64_t count = 0;
  std::int64_t asked_minor = 0;
  std::uint64_t collected_count = 0;
  std::int64_t collected_minor = 0;
  bool overflowed = false;

  /// One row: what was asked, and what was really collected (0 when it failed).
  void add(std::int64_t asked, std::int64_t collected);
};

/// What a head declares (-1: nothing) or a batch sent.
struct DeclaredTotals {
  std::int64_t count = -1;
  std::int64_t asked_minor = -1;
  std::int64_t collected_count = -1;
  std::int64_t collected_minor = -1;
};

/// One finding for each figure that differs ("settlement.count-differs", "settlement.sum-differs",
/// "settlement.collected-count-differs", "settlement.collected-sum-differs"); each refuses the file, because nothing may
/// be posted from a result whose totals do not agree with its rows (cn-collection, rule 6).
[[nodiscard]] std::vector<Finding> compare_totals(const ResultTotals& counted, const DeclaredTotals& declared,
                                                  Currency currency);

}  // namespace counterfoil
