#include "billing/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/aba.hpp"
#include "core/bsb.hpp"
#include "core/cnaps.hpp"
#include "core/modulus_check.hpp"
#include "core/iban.hpp"
#include "core/money.hpp"
#include "core/names.hpp"
#include "core/require.hpp"

namespace counterfoil {
namespace {

using Why = LeftOutReason;
using std::chrono::days;

constexpr std::array reason_codes{
    Named<Why>{Why::not_approved, "not-approved"},
    Named<Why>{Why::cancelled, "cancelled"},
    Named<Why>{Why::written_off, "written-off"},
    Named<Why>{Why::nothing_open, "nothing-open"},
    Named<Why>{Why::already_in_claim, "already-in-claim"},
    Named<Why>{Why::claim_unknown, "claim-unknown"},
    Named<Why>{Why::not_due, "not-due"},
    Named<Why>{Why::no_mandate, "no-mandate"},
    Named<Why>{Why::mandate_of_other_account, "mandate-of-other-account"},
    Named<Why>{Why::mandate_draft, "mandate-draft"},
    Named<Why>{Why::mandate_pending_prenote, "mandate-pending-prenote"},
    Named<Why>{Why::mandate_pending_registration, "mandate-pending-registration"},
    Named<Why>{Why::mandate_suspended, "mandate-suspended"},
    Named<Why>{Why::mandate_ended, "mandate-ended"},
    Named<Why>{Why::mandate_expired, "mandate-expired"},
    Named<Why>{Why::mandate_used, "mandate-used"},
    Named<Why>{Why::mandate_not_signed, "mandate-not-signed"},
    Named<Why>{Why::before_earliest_debit, "before-earliest-debit"},
    Named<Why>{Why::currency_differs, "currency-differs"},
    Named<Why>{Why::amount_below_minimum, "amount-below-minimum"},
    Named<Why>{Why::amount_above_limit, "amount-above-limit"},
    Named<Why>{Why::amount_above_payer_limit, "amount-above-payer-limit"},
    Named<Why>{Why::amount_not_covered, "amount-not-covered"},
    Named<Why>{Why::account_invalid, "account-invalid"},
    Named<Why>{Why::bank_missing, "bank-missing"},
    Named<Why>{Why::address_missing, "address-missing-non-eea"},
    Named<Why>{Why::notice_missing, "notice-missing"},
    Named<Why>{Why::notice_too_short, "notice-too-short"},
    Named<Why>{Why::retry_not_allowed, "retry-not-allowed"},
    Named<Why>{Why::retry_too_often, "retry-too-often"},
    Named<Why>{Why::retry_too_late, "retry-too-late"},
    Named<Why>{Why::retry_too_early, "retry-too-early"},
    Named<Why>{Why::retry_notice_missing, "retry-notice-missing"},
    Named<Why>{Why::twin_in_batch, "twin-in-batch"},
};

Error refused_date(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::refused};
}

// Everything the rules below look at.
struct Question {
  const PlanTerms& terms;
  const Bill& bill;
  const Mandate* mandate;
  const EarlierClaim* earlier;
  MandateUse use;

  [[nodiscard]] bool came_back() const {
    return earlier != nullptr && !earlier->repaired && earlier->attempts > 0 &&
           (earlier->state == ClaimState::returned || earlier->state == ClaimState::rejected);
  }
};

LeftOut left_out(Why reason, std::string sentence, std::string remedy, std::optional<Date> possible_on = {}) {
  return {.reason = reason, .sentence = std::move(sentence), .remedy = std::move(remedy), .possible_on = possible_on};
}

using Obstacle = std::optional<LeftOut>;

bool has_come_back(ClaimState state) {
  return state == ClaimState::rejected || state == ClaimState::returned || state == ClaimState::refunded ||
         state == ClaimState::reversed;
}

Obstacle bill_obstacle(const Question& q) {
  const auto& bill = q.bill;
  switch (bill.state) {
    case BillState::imported:
      return left_out(Why::not_approved, fmt::format("Bill {} is not approved.", bill.number),
                      "Have it approved by somebody other than the person who imported it.");
    case BillState::cancelled:
      return left_out(Why::cancelled, fmt::format("Bill {} is cancelled.", bill.number), "Nothing needs to be done.");
    case BillState::written_off:
      return left_out(Why::written_off, fmt::format("Bill {} is written off.", bill.number),
                      "Nothing needs to be done.");
    case BillState::approved:
      break;
  }
  if (bill.open_minor <= 0) {
    return left_out(Why::nothing_open, fmt::format("Bill {} is paid.", bill.number), "Nothing needs to be done.");
  }
  if (q.earlier != nullptr && q.earlier->state == ClaimState::unknown) {
    return left_out(Why::claim_unknown,
                    fmt::format("What became of an earlier claim for bill {} is not known.", bill.number),
                    "Ask the bank, record the answer, and plan again; collecting beside it could collect twice.");
  }
  if (q.earlier != nullptr && is_open(q.earlier->state)) {
    return left_out(
        Why::already_in_claim,
        fmt::format("Bill {} is already in a claim that is {}.", bill.number, claim_state_name(q.earlier->state)),
        "Wait for the result of that claim.");
  }
  if (bill.due_on > q.terms.collect_on) {
    return left_out(Why::not_due, fmt::format("Bill {} falls due on {}.", bill.number, weekday_and_date(bill.due_on)),
                    "Collect it on that day or later.", bill.due_on);
  }
  return std::nullopt;
}

// A one-off mandate is used up by its one collection, but its presentation again is still that collection.
bool is_represented_one_off(const Question& q) {
  return q.mandate->one_off && q.terms.rules.mandate.one_off_may_be_represented && q.came_back();
}

Obstacle ended_obstacle(const Question& q) {
  const auto& mandate = *q.mandate;
  if (mandate.end == MandateEnd::one_off_used && is_represented_one_off(q)) return std::nullopt;
  return left_out(Why::mandate_ended,
                  fmt::format("Mandate {} ended ({}).", mandate.reference, mandate_end_name(mandate.end)),
                  "Ask the payer for a new mandate, or for payment another way.");
}

std::string_view only_or_last(const Mandate& mandate) { return mandate.one_off ? "only" : "last"; }

Obstacle mandate_state_obstacle(const Question& q) {
  const auto& mandate = *q.mandate;
  switch (mandate.state) {
    case MandateState::draft:
      return left_out(Why::mandate_draft, fmt::format("Mandate {} is a draft.", mandate.reference),
                      "Put it into force once the payer has signed.");
    case MandateState::pending:
      if (mandate.pending == MandatePending::registration) {
        return left_out(Why::mandate_pending_registration,
                        fmt::format("Mandate {} is not yet registered at the payer's bank.", mandate.reference),
                        "Wait for the registration, or ask the payer to have it registered.");
      }
      return left_out(Why::mandate_pending_prenote,
                      fmt::format("The prenote of mandate {} {}.", mandate.reference,
                                  mandate.pending == MandatePending::prenote_sent ? "has not settled long enough"
                                                                                  : "has not been sent"),
                      "Send the prenote, and collect when its waiting time has passed.");
    case MandateState::suspended:
      return left_out(Why::mandate_suspended, fmt::format("Mandate {} is suspended.", mandate.reference),
                      "See in its history why; correct its data or ask the payer, then resume it.");
    case MandateState::ended:
      return ended_obstacle(q);
    case MandateState::active:
      break;
  }
  const bool one_off_is_used = mandate.one_off && (mandate.used > 0 || q.use.planned_before > 0);
  if ((mandate.one_off || mandate.final_next) && !q.use.used_up_by.empty()) {
    return left_out(Why::mandate_used,
                    fmt::format("The {} collection of mandate {} is already in batch {}.",
                                only_or_last(mandate), mandate.reference, q.use.used_up_by),
                    "Wait for its result, or void that batch if it was not sent.");
  }
  // Several bills can share the last collection, but there is only one.
  const bool last_is_planned = mandate.final_next && q.use.planned_before > 0 && !q.terms.rules.combine_bills;
  if ((one_off_is_used || mandate.final_sent || last_is_planned) && !is_represented_one_off(q)) {
    return left_out(Why::mandate_used,
                    fmt::format("The {} collection of mandate {} is already on its way.",
                                only_or_last(mandate), mandate.reference),
                    "Wait for its result.");
  }
  return std::nullopt;
}

Obstacle mandate_date_obstacle(const Question& q) {
  const auto& mandate = *q.mandate;
  const auto& rules = q.terms.rules.mandate;
  if (const auto last = last_valid_day(mandate, rules); last && *last < q.terms.collect_on) {
    return left_out(Why::mandate_expired,
                    fmt::format("Mandate {} lapsed on {}, {} months after it was last used.", mandate.reference,
                                iso_date(*last), rules.expiry_months),
                    "Ask the payer for a new mandate.");
  }
  if (rules.needs_signature_date && (!mandate.signed_on || *mandate.signed_on > q.terms.today)) {
    return left_out(Why::mandate_not_signed,
                    fmt::format("Mandate {} has {}.", mandate.reference,
                                mandate.signed_on ? "a day of signature in the future" : "no day of signature"),
                    "Correct the day of signature; banks refuse a collection without it.");
  }
  if (mandate.earliest_debit_on && *mandate.earliest_debit_on > q.terms.collect_on) {
    return left_out(Why::before_earliest_debit,
                    fmt::format("Mandate {} may be debited from {} on.", mandate.reference,
                                weekday_and_date(*mandate.earliest_debit_on)),
                    "Collect on that day or later.", mandate.earliest_debit_on);
  }
  return std::nullopt;
}

Obstacle mandate_obstacle(const Question& q) {
  if (q.mandate == nullptr) {
    return left_out(Why::no_mandate,
                    q.bill.mandate_reference.empty()
                        ? fmt::format("The payer of bill {} has no mandate for this creditor account.", q.bill.number)
                        : fmt::format("Bill {} names mandate {}, and there is no such mandate.", q.bill.number,
                                      q.bill.mandate_reference),
                    "Import the mandate, or ask the payer for payment another way.");
  }
  if (q.mandate->creditor_account != q.terms.creditor_account) {
    return left_out(Why::mandate_of_other_account,
                    fmt::format("Mandate {} is for another creditor account.", q.mandate->reference),
                    "Plan the bill with that creditor account.");
  }
  if (auto obstacle = mandate_state_obstacle(q)) return obstacle;
  return mandate_date_obstacle(q);
}

Obstacle amount_obstacle(const Question& q) {
  const auto& bill = q.bill;
  const auto& rules = q.terms.rules;
  if (bill.currency != q.terms.currency) {
    return left_out(Why::currency_differs,
                    fmt::format("Bill {} is in {}, and this creditor account collects {}.", bill.number,
                                bill.currency.code(), q.terms.currency.code()),
                    "Plan it with a creditor account of its currency.");
  }
  if (bill.open_minor < rules.least_minor) {
    return left_out(Why::amount_below_minimum,
                    fmt::format("Bill {} has {} open, less than the smallest amount that is collected, {}.",
                                bill.number, bill.open().text(), Money{rules.least_minor, bill.currency}.text()),
                    "Collect it together with another bill, or write it off.");
  }
  if (rules.most_minor > 0 && bill.open_minor > rules.most_minor) {
    return left_out(Why::amount_above_limit,
                    fmt::format("Bill {} has {} open, more than the largest amount of one claim, {}.", bill.number,
                                bill.open().text(), Money{rules.most_minor, bill.currency}.text()),
                    "Split the bill, or have the limit raised.");
  }
  if (q.mandate->most_minor > 0 && bill.open_minor > q.mandate->most_minor) {
    return left_out(
        Why::amount_above_payer_limit,
        fmt::format("Bill {} has {} open, more than the payer allowed under mandate {}, {}.", bill.number,
                    bill.open().text(), q.mandate->reference, Money{q.mandate->most_minor, bill.currency}.text()),
        "Ask the payer for a higher limit, or split the bill.");
  }
  if (q.came_back() && rules.retry.same_amount && q.earlier->first_amount_minor != bill.open_minor) {
    return left_out(
        Why::amount_not_covered,
        fmt::format("Bill {} has {} open, and the claim that came back was of {}: a presentation again must "
                    "be of the same amount.",
                    bill.number, bill.open().text(), Money{q.earlier->first_amount_minor, bill.currency}.text()),
        "Agree with the payer on the new amount, mark the cause as put right, and plan again.");
  }
  return std::nullopt;
}

std::optional<Error> account_fault(const Mandate& mandate, const CollectionRules& rules) {
  switch (rules.account) {
    case AccountCheck::none:
      break;
    case AccountCheck::unknown:
      return std::nullopt;
    case AccountCheck::iban_sepa:
      if (const auto iban = check_iban(mandate.account); !iban) return iban.error();
      if (!is_sepa_country(std::string_view{mandate.account}.substr(0, 2))) {
        return Error{.code = "iban.country",
                     .explanation = "The account is not in a SEPA country.",
                     .remedy = "Ask the payer for an account in a SEPA country."};
      }
      break;
    case AccountCheck::aba:
      if (const auto routing = check_routing_number(mandate.bank); !routing) return routing.error();
      break;
    case AccountCheck::bsb:
      if (const auto bsb = check_bsb(mandate.bank); !bsb) return bsb.error();
      if (const auto number = check_bsb_account(mandate.account); !number) return number.error();
      break;
    case AccountCheck::cnaps:
      // A wrong check digit was decided on when the mandate was taken in: the rule is inferred.
      if (mandate.bank.empty()) break;
      if (const auto number = check_bank_number(mandate.bank); !number && number.error().code != "cnaps.check-digit") {
        return number.error();
      }
      break;
    case AccountCheck::sort_code:
      // The tables may have changed since the mandate was taken in.
      if (const auto read = check_british_account(mandate.bank, mandate.account, rules.modulus); !read)
        return read.error();
      break;
  }
  if (mandate.account.empty()) {
    return Error{.code = "account.missing",
                 .explanation = "There is no account number.",
                 .remedy = "Ask the payer for the account to be debited."};
  }
  return std::nullopt;
}

Obstacle account_obstacle(const Question& q) {
  const auto& mandate = *q.mandate;
  const auto& rules = q.terms.rules;
  if (const auto fault = account_fault(mandate, rules)) {
    return left_out(
        Why::account_invalid,
        fmt::format("The account data of mandate {} cannot be used. {}", mandate.reference, fault->explanation),
        fault->remedy);
  }
  if (rules.account != AccountCheck::iban_sepa || is_eea_country(std::string_view{mandate.account}.substr(0, 2))) {
    return std::nullopt;
  }
  if (rules.bank_needed_outside_eea && mandate.bank.empty()) {
    return left_out(
        Why::bank_missing,
        fmt::format("The payer's bank of mandate {} is outside the EEA, and its BIC is missing.", mandate.reference),
        "Ask the payer for the BIC of the bank.");
  }
  if (rules.address == AddressRule::payer_bank_outside_eea &&
      (mandate.address.town.empty() || mandate.address.country.empty())) {
    return left_out(
        Why::address_missing,
        fmt::format("The payer's bank of mandate {} is outside the EEA, so the payer's town and country must "
                    "go with the collection, and they are missing.",
                    mandate.reference),
        "Complete the payer's address on the mandate.");
  }
  return std::nullopt;
}

Obstacle notice_obstacle(const Question& q) {
  const auto notice = q.terms.rules.notice_days;
  if (notice == 0) return std::nullopt;
  if (!q.bill.notified_on) {
    return left_out(Why::notice_missing, fmt::format("The payer was not told of bill {} and its date.", q.bill.number),
                    fmt::format("Send the notice {} days before the collection and record its day.", notice));
  }
  const auto possible = *q.bill.notified_on + days{notice};
  if (possible <= q.terms.collect_on) return std::nullopt;
  return left_out(Why::notice_too_short,
                  fmt::format("The payer was told of bill {} on {}, less than {} days before the collection.",
                              q.bill.number, iso_date(*q.bill.notified_on), notice),
                  fmt::format("Collect on {} or later.", weekday_and_date(possible)), possible);
}

LeftOut explain_retry(const Question& q, Why reason) {
  const auto& bill = q.bill;
  const auto& earlier = *q.earlier;
  const auto& rules = q.terms.rules.retry;
  const auto because =
      earlier.reason.empty() ? std::string{"without a reason"} : fmt::format("with {}", earlier.reason);
  switch (reason) {
    case Why::retry_too_often:
      return left_out(reason,
                      fmt::format("Bill {} was presented {} times; after the first, {} are allowed.", bill.number,
                                  earlier.attempts, rules.most_times),
                      "Ask the payer for payment another way.");
    case Why::retry_too_late:
      return left_out(reason,
                      fmt::format("More than {} days have passed since bill {} was first presented.", rules.within_days,
                                  bill.number),
                      "Ask the payer for payment another way, or for a new consent.");
    case Why::retry_too_early: {
      const auto possible = *earlier.ended_on + days{rules.wait_days};
      return left_out(reason, fmt::format("Bill {} came back on {}.", bill.number, iso_date(*earlier.ended_on)),
                      fmt::format("Collect on {} or later.", weekday_and_date(possible)), possible);
    }
    default:
      return left_out(reason,
                      fmt::format("Bill {} was {} {}; the scheme does not allow to present it again as it is.",
                                  bill.number, claim_state_name(earlier.state), because),
                      "Put the cause right (new account data, new consent), mark it so, and plan again.");
  }
}

Obstacle retry_obstacle_of(const Question& q) {
  if (q.earlier == nullptr) return std::nullopt;
  const auto reason = retry_obstacle(q.terms.rules.retry, *q.earlier, q.terms.collect_on);
  if (!reason) return std::nullopt;
  return explain_retry(q, *reason);
}

// What the payer was told before the debit came back was the old date. A cause that was put right makes no difference.
Obstacle retry_notice_obstacle(const Question& q) {
  const auto notice = q.terms.rules.notice_days;
  if (notice == 0 || !q.terms.rules.retry.new_notice || q.earlier == nullptr) return std::nullopt;
  const auto& earlier = *q.earlier;
  if (earlier.attempts == 0 || !earlier.ended_on || !has_come_back(earlier.state)) return std::nullopt;
  if (q.bill.notified_on && *q.bill.notified_on >= *earlier.ended_on) return std::nullopt;
  return left_out(Why::retry_notice_missing,
                  fmt::format("Bill {} came back on {}, and since then the payer was not told of a new date.",
                              q.bill.number, iso_date(*earlier.ended_on)),
                  fmt::format("Send the notice {} days before the new collection and record its day with "
                              "`counterfoil bill notify`.",
                              notice));
}

}  // namespace

std::string_view left_out_code(LeftOutReason reason) { return name_in(reason_codes, reason); }
std::optional<LeftOutReason> parse_left_out(std::string_view code) { return value_in(reason_codes, code); }

Result<PlanTerms> make_plan_terms(const CreditorAccount& account, const CollectionRules& rules,
                                  const BankCalendar& calendar, Date collect_on, Date today, bool past_cut_off) {
  const auto open = calendar.is_bank_day(collect_on);
  if (!open) return std::unexpected(open.error());
  const auto earliest = earliest_collection(calendar, today, {rules.lead_bank_days, past_cut_off});
  if (!earliest) return std::unexpected(earliest.error());
  if (!*open) {
    const auto next = calendar.bank_day_on_or_after(std::max(collect_on, *earliest));
    if (!next) return std::unexpected(next.error());
    return std::unexpected(refused_date("plan.date-not-bank-day",
                                        fmt::format("{} is no bank day.", weekday_and_date(collect_on)),
                                        fmt::format("Collect on {}, the next bank day.", weekday_and_date(*next))));
  }
  if (collect_on < *earliest) {
    return std::unexpected(
        refused_date("plan.date-too-early",
                     fmt::format("The bank must have the file {} bank days before {}{}, and that day has passed.",
                                 rules.lead_bank_days, weekday_and_date(collect_on),
                                 past_cut_off ? " and today's cut-off hour is over" : ""),
                     fmt::format("Collect on {} or later.", weekday_and_date(*earliest))));
  }
  if (rules.most_days_ahead > 0 && collect_on > today + days{rules.most_days_ahead}) {
    return std::unexpected(
        refused_date("plan.date-too-far",
                     fmt::format("The bank takes files at most {} days before the collection.", rules.most_days_ahead),
                     fmt::format("Plan on {} or later.", weekday_and_date(collect_on - days{rules.most_days_ahead}))));
  }
  return PlanTerms{.creditor_account = account.id,
                   .currency = account.currency,
                   .collect_on = collect_on,
                   .today = today,
                   .rules = rules};
}

std::optional<LeftOutReason> retry_obstacle(const RetryRules& rules, const EarlierClaim& earlier, Date collect_on) {
  if (earlier.repaired || earlier.attempts == 0) return std::nullopt;
  switch (earlier.state) {
    case ClaimState::refunded:
    case ClaimState::reversed:
      return Why::retry_not_allowed;  // The payer or we gave it back: a person decides.
    case ClaimState::returned:
    case ClaimState::rejected:
      break;
    default:
      return std::nullopt;
  }
  if (std::ranges::find(rules.codes, earlier.reason) == rules.codes.end()) return Why::retry_not_allowed;
  if (earlier.attempts > static_cast<std::uint32_t>(std::max(rules.most_times, 0))) return Why::retry_too_often;
  if (rules.within_days > 0 && earlier.first_settled_on &&
      collect_on > *earlier.first_settled_on + days{rules.within_days}) {
    return Why::retry_too_late;
  }
  if (rules.wait_days > 0 && earlier.ended_on && collect_on < *earlier.ended_on + days{rules.wait_days}) {
    return Why::retry_too_early;
  }
  return std::nullopt;
}

PlanDecision plan_bill(const PlanTerms& terms, const Bill& bill, const Mandate* mandate, const EarlierClaim* earlier,
                       const MandateUse& use) {
  const Question question{terms, bill, mandate, earlier, use};
  // In the order of LeftOutReason: the first obstacle is the one to be told.
  for (const auto rule :
       {bill_obstacle, mandate_obstacle, amount_obstacle, account_obstacle, notice_obstacle, retry_obstacle_of,
        retry_notice_obstacle}) {
    if (auto obstacle = rule(question)) return std::move(*obstacle);
  }
  auto sequence = next_sequence(*mandate, terms.rules.mandate);
  if (sequence == SequenceType::first && use.planned_before > 0) sequence = SequenceType::recurring;
  return Planned{
      .amount_minor = bill.open_minor,
      .sequence = sequence,
      .attempt = 1 + (earlier != nullptr ? earlier->attempts : 0),
      .uses_up_mandate = mandate->one_off || mandate->final_next,
      .is_representation = question.came_back(),
      .carries_amendment = terms.rules.mandate.carries_amendments && !mandate->amendment.empty(),
      .mandate_expires_soon = expires_soon(*mandate, terms.rules.mandate, terms.today),
      .needs_person = terms.rules.person_above_minor > 0 && bill.open_minor >= terms.rules.person_above_minor};
}

LeftOut only_claim_is_planned(const Mandate& mandate) {
  return left_out(Why::mandate_used,
                  fmt::format("The {} collection of mandate {} is in this plan already and cannot take this bill in.",
                              only_or_last(mandate), mandate.reference),
                  "Collect it under a new mandate, or ask for payment another way.");
}

LeftOut twin_is_planned(const Bill& bill) {
  return left_out(Why::twin_in_batch,
                  fmt::format("Bill {} has the same account and amount as another claim of this batch, and the bank's "
                              "answer tells such rows apart by nothing.",
                              bill.number),
                  "Collect it in the next batch, once the first one is decided.");
}

Claim make_claim(const PlanTerms& terms, const Planned& planned, const Bill& bill, const Mandate& mandate, Id claim_id,
                 std::string reference) {
  Claim claim;
  claim.id = claim_id;
  claim.creditor_account = terms.creditor_account;
  claim.payer = bill.payer;
  claim.mandate = mandate.id;
  claim.reference = std::move(reference);
  claim.currency = bill.currency;
  claim.amount_minor = planned.amount_minor;
  claim.collect_on = terms.collect_on;
  claim.sequence = planned.sequence;
  claim.uses_up_mandate = planned.uses_up_mandate;
  claim.attempt = planned.attempt;
  claim.mandate_reference = mandate.reference;
  claim.payer_name = mandate.payer_name;
  claim.account = mandate.account;
  claim.bank = mandate.bank;
  claim.account_kind = mandate.account_kind;
  claim.signed_on = mandate.signed_on;
  if (planned.carries_amendment) claim.amendment = mandate.amendment;
  claim.remittance = bill.text.empty() ? bill.number : bill.text;
  claim.items.push_back({.bill = bill.id, .bill_number = bill.number, .amount_minor = planned.amount_minor});
  return claim;
}

bool may_join(const PlanTerms& terms, const Claim& claim, const Planned& planned, const Bill& bill,
              const Mandate& mandate) {
  if (!terms.rules.combine_bills || mandate.one_off) return false;
  if (claim.mandate != mandate.id || claim.payer != bill.payer || claim.currency != bill.currency) return false;
  const bool sequence_fits = claim.sequence == planned.sequence ||
                             (claim.sequence == SequenceType::first && planned.sequence == SequenceType::recurring);
  if (claim.attempt != 1 || planned.attempt != 1 || !sequence_fits) return false;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(claim.amount_minor, planned.amount_minor, &sum)) return false;
  if (terms.rules.most_minor > 0 && sum > terms.rules.most_minor) return false;
  return mandate.most_minor == 0 || sum <= mandate.most_minor;
}

Result<void> join(Claim& claim, const Planned& planned, const Bill& bill) {
  require(!claim.items.empty(), "A claim has a bill before another one joins it.");
  const auto sum = checked_add({claim.amount_minor, claim.currency}, {planned.amount_minor, bill.currency});
  if (!sum) return std::unexpected(sum.error());
  claim.amount_minor = sum->minor_units();
  claim.items.push_back({.bill = bill.id, .bill_number = bill.number, .amount_minor = planned.amount_minor});
  const auto more = claim.items.size() - 1;
  claim.remittance =
      fmt::format("{} and {} more {}", claim.items.front().bill_number, more, more == 1 ? "bill" : "bills");
  return {};
}

}  // namespace counterfoil
