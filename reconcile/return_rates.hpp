// How many debits of an account came back, beside what its scheme lets come back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.hpp"

namespace counterfoil {

/// Debits that came back with one reason, as the bank wrote it.
struct ReturnCount {
  std::string reason;
  std::uint64_t count = 0;
};

/// One level of a scheme's limits. `limit` is in hundredths of a percent, as in rules.toml.
struct ReturnRate {
  std::string_view level;  // "unauthorized", "administrative", "overall".
  std::uint64_t returned = 0;
  std::uint64_t sent = 0;
  std::int64_t limit = 0;

  /// Hundredths of a percent, rounded up: what lies above the limit never reads as the limit. 0 where nothing was sent.
  [[nodiscard]] std::int64_t rate() const;
  [[nodiscard]] bool is_above_limit() const;
  /// How many more may come back out of the debits that were sent.
  [[nodiscard]] std::uint64_t left() const;
};

/// A rate for each level the scheme limits (rules return_rate_*); none where it limits nothing. A reason counts at the
/// level whose flag it has in reasons.tsv, and always overall.
[[nodiscard]] std::vector<ReturnRate> return_rates(const Scheme& scheme, std::uint64_t sent,
                                                   const std::vector<ReturnCount>& returned);

}  // namespace counterfoil
