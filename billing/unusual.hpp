// Is this batch like the ones before? A wrong file of bills, or one imported twice, shows first in the figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/money.hpp"

namespace counterfoil {

struct BatchFigures {
  std::uint64_t count = 0;
  std::int64_t sum_minor = 0;
  std::int64_t largest_minor = 0;  // The largest claim.
};

/// What a batch is compared with.
struct BatchSurroundings {
  std::vector<BatchFigures> before;   // The last batches of the account that were handed over, newest first.
  std::uint64_t new_mandates = 0;     // Claims under a mandate that was never collected from.
  std::uint64_t repeated = 0;         // Claims for which the same payer owes the same amount in another batch nearby.
  std::uint64_t young_mandates = 0;   // Claims under a mandate signed less than the notice before the collection.
};

struct UnusualRules {
  int percent = 30;         // Count, sum and largest claim may differ by so much from those before.
  int new_percent = 10;     // So many of the claims may be under new mandates, once there is a batch to compare with.
  int nearby_days = 7;      // Another collection of the same amount from the same payer within so many days is odd.
  std::size_t batches = 6;  // So many are looked back at.
};

/// One sentence for each thing that is out of the ordinary; nothing for a batch like the others.
[[nodiscard]] std::vector<std::string> unusual_in(const BatchFigures& batch, const BatchSurroundings& around,
                                                  Currency currency, const UnusualRules& rules = {});

}  // namespace counterfoil
