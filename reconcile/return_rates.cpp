#include "reconcile/return_rates.hpp"

#include <array>
#include <utility>

namespace counterfoil {
namespace {

constexpr unsigned whole = 10'000;  // All debits, in hundredths of a percent.
constexpr std::string_view overall = "overall";

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> levels{{
    {"unauthorized", "return_rate_unauthorized"},
    {"administrative", "return_rate_administrative"},
    {overall, "return_rate_overall"},
}};

}  // namespace

std::int64_t ReturnRate::rate() const {
  if (sent == 0) return 0;
  return static_cast<std::int64_t>((returned * whole + sent - 1) / sent);
}

bool ReturnRate::is_above_limit() const { return returned * whole > static_cast<std::uint64_t>(limit) * sent; }

std::uint64_t ReturnRate::left() const {
  const std::uint64_t most = static_cast<std::uint64_t>(limit) * sent / whole;
  return most > returned ? most - returned : 0;
}

std::vector<ReturnRate> return_rates(const Scheme& scheme, std::uint64_t sent,
                                     const std::vector<ReturnCount>& returned) {
  std::vector<ReturnRate> rates;
  for (const auto& [level, rule] : levels) {
    const auto limit = scheme.number(rule);
    if (!limit) continue;
    ReturnRate rate{.level = level, .returned = 0, .sent = sent, .limit = *limit};
    for (const ReturnCount& one : returned) {
      const Reason* reason = scheme.find_reason(one.reason);
      if (level == overall || (reason != nullptr && reason->has_flag(level))) rate.returned += one.count;
    }
    rates.push_back(rate);
  }
  return rates;
}

}  // namespace counterfoil
