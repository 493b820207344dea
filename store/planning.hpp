// The bills a plan has to decide on, each with its mandate and what became of earlier claims.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "billing/bill.hpp"
#include "billing/plan.hpp"
#include "mandates/mandate.hpp"
#include "store/scope.hpp"

namespace counterfoil {

struct PlannableQuery {
  Id creditor_account;
  Date due_to{};  // Bills due later are not looked at.
  std::optional<Date> due_from;
  std::string bill_number;           // Only this bill, whatever its due date and state; empty: all.
  bool with_other_accounts = false;  // Also bills whose mandate is of another creditor account, or that have none.
};

/// A bill with what `plan_bill` asks for. The pointers are null when there is nothing; all live until the visitor
/// returns.
struct PlannableBill {
  const Bill* bill = nullptr;        // Without its charges.
  const Mandate* mandate = nullptr;  // With its account opened. Of the creditor account, else another one of the payer.
  const EarlierClaim* earlier = nullptr;
  Id earlier_claim;  // The last claim for this bill, and the first one of its chain.
  Id first_claim;
  std::string_view payer_number;
  std::string_view mandate_used_up_by;  // Number of the batch whose claim is the only or last one of the mandate.
};

/// Bills that are imported or approved and not wholly settled, ordered by mandate, due day and number, so that bills of
/// one mandate come together. Only bills with an open amount come at all.
[[nodiscard]] Result<void> visit_plannable(const Scope& scope, const PlannableQuery& query,
                                           const Visitor<PlannableBill>& visit);

/// A person has put right what made the last claim of this bill fail; the next plan may take it.
[[nodiscard]] Result<void> mark_repaired(const Scope& scope, const Id& claim, std::string_view operator_name,
                                         std::string_view how);

}  // namespace counterfoil
