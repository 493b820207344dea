// Looking at mandates and changing them by hand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "mandates/mandate.hpp"
#include "store/mandates.hpp"

namespace counterfoil {

enum class MandateWish : std::uint8_t { activate, suspend, resume, end, amend, prenote };

struct MandateRequest {
  std::string reference;
  std::string creditor = {};  // Empty: where the reference is used by one account alone.
  MandateWish wish = MandateWish::suspend;
  std::string why = {};
  MandateData data = {};  // For `amend`.
};

struct MandateResult {
  Mandate mandate;
  bool already = false;
};

/// "mandate.unknown"; what the state of the mandate forbids is refused. What is already so changes nothing.
[[nodiscard]] Result<MandateResult> change_mandate(Desk& desk, const MandateRequest& request);

/// Takes over new data for a mandate by the rules of its account, checks a new account number, and saves it with its event.
/// Answers the names of what changed; empty when nothing was new. In the open transaction.
[[nodiscard]] Result<std::string> amend_by_rules(Desk& desk, Mandate& mandate, MandateData data);

struct MandateStory {
  Mandate mandate;
  std::string creditor_label;
  std::string payer_number;
  std::vector<StoredMandateEvent> history;
  std::string next_sequence;           // "RCUR"; empty where the scheme has none.
  std::optional<Date> last_valid_day;  // Lapses after it.
};
[[nodiscard]] Result<MandateStory> explain_mandate(Desk& desk, const std::string& reference,
                                                   const std::string& creditor);

}  // namespace counterfoil
