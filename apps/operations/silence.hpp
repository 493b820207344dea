// What did not come: returns that would have come by now, answers that are overdue, couriers who went away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"

namespace counterfoil {

struct SilenceResult {
  std::uint64_t settled_claims = 0;  // Of schemes that only tell of failures: silence is success once the time is over.
  std::uint64_t missing_answers = 0;   // New exceptions.
  std::uint64_t prenotes_ready = 0;    // Mandates that may be debited from now on.
  std::uint64_t unknown_sendings = 0;  // Files a courier took and never reported: people decide.
  std::vector<std::string> batches;    // Numbers of the batches that were closed or moved on.
};

/// Looks at every batch that waits for the bank, as of today. Every batch is a transaction of its own; the same day
/// again finds nothing more to do.
[[nodiscard]] Result<SilenceResult> look_at_silence(Desk& desk);

}  // namespace counterfoil
