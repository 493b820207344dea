// What the bank says of a mandate itself, with no claim of ours in it: cancelled, moved to another account, disputed.
#pragma once

#include <optional>

#include "apps/operations/desk.hpp"
#include "store/matching.hpp"

namespace counterfoil {

struct MandateMessage {
  JudgedEntry judged;    // What to keep of the line. It is matched to no claim.
  bool changed = false;  // Of the mandate; it is saved with its event and noted in the audit trail.
};

/// Does to the mandate of the line what the reason's effect says: ends or suspends it, or takes its new account or name
/// over by the rules of its account. A reason with the flag "relodge" lets a mandate with new data wait for its new
/// instruction; without new data it is suspended. A mandate that waits for its registration becomes active when the bank
/// agrees and is suspended when it refuses. What is so already is ignored, and what only a person can act on becomes an
/// exception. `owner` is the account the file belongs to. In the open transaction.
[[nodiscard]] Result<MandateMessage> take_mandate_message(Desk& desk, const std::optional<CreditorAccount>& owner,
                                                          const Entry& entry, const Reason* reason,
                                                          const std::string& file_name);

}  // namespace counterfoil
