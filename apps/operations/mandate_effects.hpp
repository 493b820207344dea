// What a bank's answer does to the mandates of the claims it speaks of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "store/matching.hpp"

namespace counterfoil {

/// Takes a rejected use back, refuses a prenote that came back, suspends or ends what the reason says. In the open
/// transaction; answers how many mandates changed. Settled collections are counted batch by batch instead.
[[nodiscard]] Result<std::uint64_t> touch_mandates(Desk& desk, const std::vector<Matching::MandateTouch>& touches);

/// The prenotes of a batch were handed over.
[[nodiscard]] Result<std::uint64_t> prenotes_sent(Desk& desk, const Id& batch);

/// Prenotes of a batch that were not returned in time: their mandates may be debited from the day the scheme says.
[[nodiscard]] Result<std::uint64_t> prenotes_settled(Desk& desk, const Id& batch, const CreditorAccount& account);

}  // namespace counterfoil
