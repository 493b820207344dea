// The first half of judging: which of the candidates an entry speaks of. Used by the judge alone.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "reconcile/match.hpp"

namespace counterfoil {

/// What an outcome does to a claim; nothing for outcomes that move no claim (pending, corrected, unknown, none).
[[nodiscard]] std::optional<ClaimEventKind> event_of(Outcome outcome);

struct Found {
  std::optional<std::size_t> index;
  MatchRule rule = MatchRule::none;
  Evidence evidence = {};
  bool ambiguous = false;  // Another candidate fits as well and is not interchangeable with this one.
};

[[nodiscard]] Found find_claim(const Entry& entry, std::span<const Candidate> candidates, const JudgeTerms& terms);

}  // namespace counterfoil
