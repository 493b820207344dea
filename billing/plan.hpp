// Which bill becomes a claim, under which mandate, and why each left-out bill is left out. One call a bill, nothing
// is gathered: a million bills pass in the memory of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "billing/batch.hpp"
#include "billing/bill.hpp"
#include "billing/claim.hpp"
#include "billing/rules.hpp"
#include "core/calendar.hpp"
#include "mandates/mandate.hpp"

namespace counterfoil {

/// Ordered by precedence: a bill with two obstacles is left out for the one named first here.
enum class LeftOutReason : std::uint8_t {
  not_approved,
  cancelled,
  written_off,
  nothing_open,
  already_in_claim,
  claim_unknown,          // An earlier claim's fate is not known; never collect beside it.
  not_due,                // Due after the collection date.
  no_mandate,
  mandate_of_other_account,
  mandate_draft,
  mandate_pending_prenote,
  mandate_pending_registration,
  mandate_suspended,
  mandate_ended,
  mandate_expired,
  mandate_used,           // One-off or final collection already on its way.
  mandate_not_signed,     // No date of signature, or one after today.
  before_earliest_debit,
  currency_differs,
  amount_below_minimum,
  amount_above_limit,
  amount_above_payer_limit,
  amount_not_covered,     // A re-presentation must be of the original amount.
  account_invalid,
  bank_missing,
  address_missing,        // Payer's bank outside the EEA.
  notice_missing,
  notice_too_short,
  retry_not_allowed,
  retry_too_often,
  retry_too_late,
  retry_too_early,
  retry_notice_missing,   // The payer was not told of the new date.
  twin_in_batch,          // Another claim of the batch has the same account and amount, and nothing else tells them apart.
};

/// "mandate-suspended": stable, for programs.
[[nodiscard]] std::string_view left_out_code(LeftOutReason reason);
[[nodiscard]] std::optional<LeftOutReason> parse_left_out(std::string_view code);

/// What holds for every bill of one plan, worked out once.
struct PlanTerms {
  Id creditor_account;
  Currency currency;
  Date collect_on{};
  Date today{};
  CollectionRules rules;
};

/// Fails for the date itself: "plan.date-not-bank-day", "plan.date-too-early" (lead time or cut-off), "plan.date-too-far",
/// "calendar.year-missing"; each names the nearest date that can be met.
[[nodiscard]] Result<PlanTerms> make_plan_terms(const CreditorAccount& account, const CollectionRules& rules,
                                                const BankCalendar& calendar, Date collect_on, Date today,
                                                bool past_cut_off);

/// An earlier attempt for the same bill, as far as planning needs it.
struct EarlierClaim {
  ClaimState state = ClaimState::planned;
  std::uint32_t attempts = 0;              // Presentations so far, first one included; 0: none.
  std::string_view reason = {};                 // Bank reason of the last end, such as "R01".
  std::optional<Date> ended_on = {};            // When it came back.
  std::optional<Date> first_settled_on = {};    // Settlement (else collection) date of the first presentation.
  std::int64_t first_amount_minor = 0;
  bool repaired = false;                   // A person has put the cause right: data corrected or new consent.
};

/// What collects under a mandate besides the bill in question.
struct MandateUse {
  std::uint32_t planned_before = 0;  // Bills the same plan has taken already.
  std::string_view used_up_by = {};  // Number of a batch, not voided, whose claim is the only or last one; empty: none.
};

struct Planned {
  std::int64_t amount_minor = 0;
  SequenceType sequence = SequenceType::none;
  std::uint32_t attempt = 1;
  bool uses_up_mandate = false;         // One-off or final.
  bool is_representation = false;       // Goes into a retry batch where the scheme wants one of its own.
  bool carries_amendment = false;
  bool mandate_expires_soon = false;
  bool needs_person = false;            // Above the amount from which a person looks at the single claim.
};

struct LeftOut {
  LeftOutReason reason = LeftOutReason::not_approved;
  std::string sentence = {};
  std::string remedy = {};
  std::optional<Date> possible_on = {};      // The day from which this obstacle is gone by itself, if any.
};

using PlanDecision = std::variant<Planned, LeftOut>;

/// Decides one bill. `mandate` is null when none was found; `earlier` null when the bill was never claimed.
/// `use` tells what else collects under the mandate: a one-off mandate is used once, and only the first collection is a
/// first one.
[[nodiscard]] PlanDecision plan_bill(const PlanTerms& terms, const Bill& bill, const Mandate* mandate,
                                     const EarlierClaim* earlier, const MandateUse& use = {});

/// Why a bill that cannot share the only or last claim of its mandate is left out of the plan that has just made it.
[[nodiscard]] LeftOut only_claim_is_planned(const Mandate& mandate);

/// Why a bill stays out of a batch that has a claim of the same account and amount, where answers carry no reference.
[[nodiscard]] LeftOut twin_is_planned(const Bill& bill);

/// The claim of a planned bill, with one item. Ids and reference are the caller's.
[[nodiscard]] Claim make_claim(const PlanTerms& terms, const Planned& planned, const Bill& bill, const Mandate& mandate,
                               Id claim_id, std::string reference);

/// Whether one more planned bill of the same mandate may join a claim: same payer, mandate and currency, attempt 1, a
/// sequence that fits, the sum stays within the limits. Bills of one mandate must come one after another.
[[nodiscard]] bool may_join(const PlanTerms& terms, const Claim& claim, const Planned& planned, const Bill& bill,
                            const Mandate& mandate);

/// Adds the bill as one more item; the remittance then tells the first bill and how many more. Fails with "money.overflow".
[[nodiscard]] Result<void> join(Claim& claim, const Planned& planned, const Bill& bill);

/// May a claim that came back be presented again, seen from the scheme alone? The reasons are the retry_* ones.
/// Nothing when it may, or when the earlier claim is no obstacle (voided, cancelled, partly collected, put right).
[[nodiscard]] std::optional<LeftOutReason> retry_obstacle(const RetryRules& rules, const EarlierClaim& earlier,
                                                          Date collect_on);

}  // namespace counterfoil
