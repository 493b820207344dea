// One sentence or two for people: what the bank said of which claim, what agrees, what differs, what to do.
#include <fmt/format.h>

#include <string>

#include "core/text.hpp"
#include "reconcile/match.hpp"

namespace counterfoil {
namespace {

std::string what_the_bank_says(const Entry& entry) {
  std::string text = fmt::format("The bank says \"{}\"", outcome_name(entry.outcome));
  if (entry.amount_minor != 0) text += fmt::format(" of {}", Money{entry.amount_minor, entry.currency}.text());
  if (!entry.reference.empty()) text += fmt::format(", reference {}", entry.reference);
  return text;
}

std::string why(const Entry& entry, const Reason* reason) {
  if (reason != nullptr) return fmt::format(" Its reason: {}, {}.", reason->code, reason->meaning_en);
  if (!entry.reason.empty()) return fmt::format(" Its reason: {}.", entry.reason);
  return {};
}

// The two values of what differs; accounts masked.
std::string differences(const Judgement& judgement, const Entry& entry, const Candidate& claim) {
  std::string text;
  const auto add = [&](ExceptionClass kind, std::string_view name, std::string_view theirs, std::string_view ours) {
    if (judgement.exceptions.has(kind)) text += fmt::format(" {} {}, ours {}.", name, theirs, ours);
  };
  add(ExceptionClass::amount_differs, "Amount", Money{entry.amount_minor, entry.currency}.text(),
      Money{claim.amount_minor, claim.currency}.text());
  add(ExceptionClass::currency_differs, "Currency", entry.currency.code(), claim.currency.code());
  add(ExceptionClass::account_differs, "Account", mask_account(entry.payer_account), mask_account(claim.account));
  add(ExceptionClass::mandate_differs, "Mandate", entry.mandate, claim.mandate);
  if (judgement.exceptions.has(ExceptionClass::partial_collection)) {
    text += fmt::format(" Collected {} of {}.", Money{entry.collected_minor, claim.currency}.text(),
                        Money{claim.amount_minor, claim.currency}.text());
  }
  return text;
}

}  // namespace

std::string explain(const Judgement& judgement, const Entry& entry, const Candidate* matched, const Reason* reason) {
  auto text = what_the_bank_says(entry);
  if (judgement.disposition == Disposition::ignored) {
    return fmt::format("{}. Nothing is posted: {}.", text, ignore_rule_name(judgement.ignored_by));
  }
  if (matched != nullptr) {
    text += fmt::format(", for claim {} of {} that is {} (found by {}).", matched->reference,
                        Money{matched->amount_minor, matched->currency}.text(), claim_state_name(matched->state),
                        match_rule_name(judgement.rule));
  } else {
    text += '.';
  }
  for (const auto kind : judgement.exceptions.list()) {
    text += ' ';
    text += exception_class_meaning(kind);
  }
  if (matched != nullptr) text += differences(judgement, entry, *matched);
  text += why(entry, reason);
  if (judgement.next_step != NextStep::nothing) {
    text += ' ';
    text += next_step_sentence(judgement.next_step);
  }
  return text;
}

}  // namespace counterfoil
