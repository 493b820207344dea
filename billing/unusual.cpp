#include "billing/unusual.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace counterfoil {
namespace {

// In 128 bits: a sum of money times a hundred need not fit into 64.
__extension__ using Wide = __int128;

bool differs_by(Wide value, Wide usual, int percent) {
  const Wide apart = value > usual ? value - usual : usual - value;
  return apart * 100 > usual * percent;
}

}  // namespace

std::vector<std::string> unusual_in(const BatchFigures& batch, const BatchSurroundings& around, Currency currency,
                                    const UnusualRules& rules) {
  std::vector<std::string> odd;
  const auto& before = around.before;
  if (!before.empty()) {
    Wide counts = 0;
    Wide sums = 0;
    std::int64_t largest = 0;
    for (const auto& one : before) {
      counts += one.count;
      sums += one.sum_minor;
      largest = std::max(largest, one.largest_minor);
    }
    const auto of = static_cast<Wide>(before.size());
    const auto usual_count = counts / of;
    const auto usual_sum = sums / of;
    if (differs_by(batch.count, usual_count, rules.percent)) {
      odd.push_back(fmt::format("It has {} claims, and the last {} batches had {} on average.", batch.count,
                                before.size(), static_cast<std::uint64_t>(usual_count)));
    }
    if (differs_by(batch.sum_minor, usual_sum, rules.percent)) {
      odd.push_back(fmt::format("It comes to {}, and the last {} batches came to {} on average.",
                                Money{batch.sum_minor, currency}.text(), before.size(),
                                Money{static_cast<std::int64_t>(usual_sum), currency}.text()));
    }
    if (batch.largest_minor > largest && differs_by(batch.largest_minor, largest, rules.percent)) {
      odd.push_back(fmt::format("Its largest claim is of {}, and the largest before was of {}.",
                                Money{batch.largest_minor, currency}.text(), Money{largest, currency}.text()));
    }
    if (static_cast<Wide>(around.new_mandates) * 100 > static_cast<Wide>(batch.count) * rules.new_percent) {
      odd.push_back(fmt::format("{} of its {} claims are the first under their mandate.", around.new_mandates,
                                batch.count));
    }
  }
  if (around.repeated > 0) {
    odd.push_back(fmt::format("{} of its claims ask a payer for an amount that another batch asks him for within {} days.",
                              around.repeated, rules.nearby_days));
  }
  if (around.young_mandates > 0) {
    odd.push_back(fmt::format("{} of its claims rest on a mandate signed less than the notice before the collection.",
                              around.young_mandates));
  }
  return odd;
}

}  // namespace counterfoil
