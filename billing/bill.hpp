// What a payer owes: a bill with its charges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"

namespace counterfoil {

enum class BillState : std::uint8_t { imported, approved, cancelled, written_off };

[[nodiscard]] std::string_view bill_state_name(BillState state);
[[nodiscard]] std::optional<BillState> parse_bill_state(std::string_view name);

/// One line of a bill.
struct Charge {
  std::string kind;  // "management", "water", "late-fee".
  std::string text;  // For the payer.
  std::int64_t amount_minor = 0;  // Negative: a rebate.
  bool operator==(const Charge&) const = default;
};

struct Bill {
  Id id;
  std::string number;             // Unique for the tenant; what the payer sees.
  Id payer;
  std::string mandate_reference;  // Empty: the payer's only active mandate of the creditor account.
  Currency currency;
  std::int64_t amount_minor = 0;  // The sum of the charges.
  std::int64_t open_minor = 0;    // Not yet settled, written off or credited.
  Date due_on{};
  std::optional<Date> period_from, period_to;
  std::optional<Date> notified_on;  // When the payer was told of amount and date.
  std::string text;                 // Remittance information.
  std::vector<Charge> charges;
  BillState state = BillState::imported;
  std::string imported_by;          // Operator names; the approver must be another person.
  std::string approved_by;
  std::optional<Date> approved_on;
  std::uint32_t version = 0;
  bool operator==(const Bill&) const = default;

  [[nodiscard]] Money amount() const { return {amount_minor, currency}; }
  [[nodiscard]] Money open() const { return {open_minor, currency}; }
};

/// The sum of the charges, checked: "money.overflow".
[[nodiscard]] Result<std::int64_t> sum_of_charges(const std::vector<Charge>& charges);

enum class BillEvent : std::uint8_t { approve, withdraw_approval, cancel, write_off };

/// imported -> approved -> (imported by withdrawal) ; cancelled and written_off are ends. "bill.transition" else.
[[nodiscard]] Result<BillState> next_state(BillState current, BillEvent event);

/// What must hold before a bill may be approved.
struct ApprovalRules {
  bool other_person = true;             // The approver is not the importer.
  std::int64_t most_minor = 0;          // What this approver may approve alone; 0: no limit.
};

/// Approves the bill, or says why not: "bill.same-person", "bill.above-approver-limit", "bill.sum-of-charges",
/// "bill.nothing-open", "bill.transition". On an Error the bill is as before.
[[nodiscard]] Result<void> approve(Bill& bill, std::string_view approver, const ApprovalRules& rules, Date today);

}  // namespace counterfoil
