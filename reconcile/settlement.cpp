#include "reconcile/settlement.hpp"

#include <fmt/format.h>

namespace counterfoil {
namespace {

void compare(std::vector<Finding>& findings, std::string code, std::string_view what, std::string counted,
             std::string declared) {
  findings.push_back({.code = std::move(code),
                      .severity = Severity::error,
                      .place = {},
                      .message = fmt::format("{} is {}, and {} was stated.", what, counted, declared),
                      .remedy = "Ask the bank for a correct file; nothing of this one was posted.",
                      .refuses_file = true});
}

}  // namespace

void ResultTotals::add(std::int64_t asked, std::int64_t collected) {
  ++count;
  overflowed = __builtin_add_overflow(asked_minor, asked, &asked_minor) || overflowed;
  if (collected == 0) return;
  ++collected_count;
  overflowed = __builtin_add_overflow(collected_minor, collected, &collected_minor) || overflowed;
}

std::vector<Finding> compare_totals(const ResultTotals& counted, const DeclaredTotals& declared, Currency currency) {
  std::vector<Finding> findings;
  const auto money = [&](std::int64_t minor) { return Money{minor, currency}.text(); };
  if (counted.overflowed) {
    findings.push_back({.code = "settlement.overflow",
                        .severity = Severity::error,
                        .place = {},
                        .message = "The amounts of the file add up to more than an amount can be.",
                        .remedy = "Ask the bank for a correct file; nothing of this one was posted.",
                        .refuses_file = true});
    return findings;
  }
  if (declared.count >= 0 && static_cast<std::uint64_t>(declared.count) != counted.count) {
    compare(findings, "settlement.count-differs", "The number of rows", fmt::to_string(counted.count),
            fmt::to_string(declared.count));
  }
  if (declared.asked_minor >= 0 && declared.asked_minor != counted.asked_minor) {
    compare(findings, "settlement.sum-differs", "The sum of the rows", money(counted.asked_minor),
            money(declared.asked_minor));
  }
  if (declared.collected_count >= 0 &&
      static_cast<std::uint64_t>(declared.collected_count) != counted.collected_count) {
    compare(findings, "settlement.collected-count-differs", "The number of collected rows",
            fmt::to_string(counted.collected_count), fmt::to_string(declared.collected_count));
  }
  if (declared.collected_minor >= 0 && declared.collected_minor != counted.collected_minor) {
    compare(findings, "settlement.collected-sum-differs", "The collected sum", money(counted.collected_minor),
            money(declared.collected_minor));
  }
  return findings;
}

}  // namespace counterfoil
