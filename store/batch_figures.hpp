// What a batch is compared with before it is approved.
#pragma once

#include "billing/unusual.hpp"
#include "store/batches.hpp"

namespace counterfoil {

[[nodiscard]] Result<BatchFigures> figures_of(const Scope& scope, const Id& batch);

/// The batches handed over before it, retries and prenotes left aside, and how many of its claims are of the kinds that
/// are counted. `notice_days` is the account's.
[[nodiscard]] Result<BatchSurroundings> surroundings_of(const Scope& scope, const Batch& batch, int notice_days,
                                                        const UnusualRules& rules);

/// How many claims of a batch rest on a mandate that does not allow them now: suspended, ended, or not yet in force.
struct MandateStanding {
  std::uint64_t claims = 0;
  std::uint64_t not_allowed = 0;
};
[[nodiscard]] Result<MandateStanding> mandates_of_batch(const Scope& scope, const Id& batch);

}  // namespace counterfoil
