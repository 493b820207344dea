// The names and sentences of the judge's enumerations.
#include "core/names.hpp"

#include <array>

#include "reconcile/match.hpp"

namespace counterfoil {
namespace {

using Kind = ExceptionClass;

struct ExceptionText {
  Kind kind;
  std::string_view code;
  std::string_view meaning;
  std::string_view remedy;
};

constexpr std::array exception_texts{
    ExceptionText{Kind::result_for_unsent, "result-for-unsent",
                  "The bank speaks of a claim that was never handed over to it.",
                  "Find out with the bank what it received, and whether a file went out past this program."},
    ExceptionText{
        Kind::result_for_cancelled, "result-for-cancelled", "The bank speaks of a claim that was cancelled or voided.",
        "Find out with the bank whether it was collected all the same; if so, give the money back or book it."},
    ExceptionText{Kind::duplicate_result, "duplicate-result", "The claim already has this result.",
                  "Check whether the bank sent it twice or the claim ran twice, before anything else is done."},
    ExceptionText{Kind::amount_differs, "amount-differs", "The amount is not that of the claim.",
                  "Compare the bank's entry with the claim; post it by hand once the difference is explained."},
    ExceptionText{Kind::currency_differs, "currency-differs", "The currency is not that of the claim.",
                  "Ask the bank; nothing is converted here."},
    ExceptionText{Kind::account_differs, "account-differs", "The payer's account is not that of the claim.",
                  "Check whether the payer changed banks; amend the mandate, or ask the bank."},
    ExceptionText{Kind::mandate_differs, "mandate-differs", "The mandate is not that of the claim.",
                  "Check the references of the entry; ask the bank if they belong to different claims."},
    ExceptionText{Kind::partial_collection, "partial-collection", "The bank collected less than was asked.",
                  "What was collected is booked; the rest of the bill is open and can be collected again."},
    ExceptionText{Kind::late_return, "late-return", "The return came after the time the scheme allows for it.",
                  "The money is gone and booked so; ask your bank to refuse the return where the scheme allows it."},
    ExceptionText{Kind::contradiction_between_levels, "contradiction-between-levels",
                  "This result contradicts one the bank gave before, or on another level of the file.",
                  "Ask the bank which of the two holds, then post that one by hand."},
    ExceptionText{Kind::settlement_total_differs, "settlement-total-differs",
                  "The booking is not the sum of its claims, neither in full nor less the rejected ones.",
                  "Compare the batch with the bank's list; look for charges, missing rejects or a second file."},
    ExceptionText{Kind::batch_count_differs, "batch-count-differs",
                  "The bank counts another number of claims than the batch has.",
                  "Compare the batch with the bank's list."},
    ExceptionText{
        Kind::charge_without_rule, "charge-without-rule",
        "More was booked than the claim is of, and nothing says that the difference is the bank's charge.",
        "Ask the bank what the difference is; if it always books charges so, say it in the creditor account."},
    ExceptionText{Kind::unknown_reference, "unknown-reference", "No claim has the references of this entry.",
                  "Search by amount, payer and date; it may belong to another program's collections."},
    ExceptionText{Kind::ambiguous_reference, "ambiguous-reference",
                  "Several claims fit equally well, or the references of the entry point to different claims.",
                  "Choose the claim by hand."},
    ExceptionText{Kind::weak_match, "weak-match", "A claim fits, but not by a reference of ours.",
                  "Confirm the proposed claim, or choose another."},
    ExceptionText{Kind::reason_unknown, "reason-unknown", "The bank gave a reason that nobody here knows.",
                  "Ask the bank what it means and add it to the scheme's reasons; do not collect again before."},
    ExceptionText{Kind::reason_missing, "reason-missing", "The bank gave no reason.",
                  "Ask the bank or the payer; do not collect again before."},
    ExceptionText{Kind::outcome_unknown, "outcome-unknown",
                  "The bank's status is not known here, or the bank itself does not know what became of the claim.",
                  "Ask the bank; the claim is not collected again until the answer is there."},
    ExceptionText{Kind::missing_answer, "missing-answer", "The bank's answer is overdue.",
                  "Look whether a file of the bank is missing, then ask the bank."},
    ExceptionText{Kind::correction_to_apply, "correction-to-apply",
                  "The payer's bank wants our data corrected; the collection itself stands.",
                  "Apply the correction to the mandate before the next collection."},
    ExceptionText{Kind::debit_failed, "debit-failed", "The debit failed for a reason that no repetition cures.",
                  "Do what the next step says; the bill stays open until then."},
    ExceptionText{Kind::mandate_to_look_at, "mandate-to-look-at",
                  "The bank says something of a mandate that only a person can act on.",
                  "Do what the next step says, then amend, resume or end the mandate."},
};
static_assert(exception_texts.size() == exception_class_count);

const ExceptionText& text_of(Kind kind) {
  const auto found = std::ranges::find(exception_texts, kind, &ExceptionText::kind);
  require(found != exception_texts.end(), "Every exception class has its text.");
  return *found;
}

constexpr std::array field_names{
    Named<MatchField>{MatchField::reference, "reference"},
    Named<MatchField>{MatchField::instruction_id, "instruction id"},
    Named<MatchField>{MatchField::trace, "trace"},
    Named<MatchField>{MatchField::bank, "bank"},
    Named<MatchField>{MatchField::mandate, "mandate"},
    Named<MatchField>{MatchField::account, "account"},
    Named<MatchField>{MatchField::amount, "amount"},
    Named<MatchField>{MatchField::currency, "currency"},
    Named<MatchField>{MatchField::message, "message"},
    Named<MatchField>{MatchField::batch, "batch"},
    Named<MatchField>{MatchField::collect_on, "collection date"},
    Named<MatchField>{MatchField::remittance, "bill number"},
};
static_assert(field_names.size() == match_field_count);

constexpr std::array rule_names{
    Named<MatchRule>{MatchRule::none, "none"},
    Named<MatchRule>{MatchRule::trace_bank_amount, "trace-bank-amount"},
    Named<MatchRule>{MatchRule::reference, "reference"},
    Named<MatchRule>{MatchRule::instruction_id, "instruction-id"},
    Named<MatchRule>{MatchRule::trace_amount, "trace-amount"},
    Named<MatchRule>{MatchRule::trace, "trace"},
    Named<MatchRule>{MatchRule::mandate_amount_date, "mandate-amount-date"},
    Named<MatchRule>{MatchRule::account_amount_date, "account-amount-date"},
    Named<MatchRule>{MatchRule::bill_number_in_text, "bill-number-in-text"},
    Named<MatchRule>{MatchRule::batch, "batch"},
    Named<MatchRule>{MatchRule::mandate, "mandate"},
};

constexpr std::array disposition_names{
    Named<Disposition>{Disposition::posted, "posted"},
    Named<Disposition>{Disposition::exception, "exception"},
    Named<Disposition>{Disposition::ignored, "ignored"},
};

constexpr std::array ignore_names{
    Named<IgnoreRule>{IgnoreRule::none, "none"},
    Named<IgnoreRule>{IgnoreRule::not_booked, "not-booked"},
    Named<IgnoreRule>{IgnoreRule::not_a_collection, "not-a-collection"},
    Named<IgnoreRule>{IgnoreRule::no_news, "no-news"},
    Named<IgnoreRule>{IgnoreRule::status_without_claim, "status-without-claim"},
    Named<IgnoreRule>{IgnoreRule::instruction, "instruction"},
    Named<IgnoreRule>{IgnoreRule::same_booking, "same-booking"},
};

struct StepText {
  NextStep step;
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array step_texts{
    StepText{NextStep::nothing, "nothing", "Nothing needs to be done."},
    StepText{NextStep::wait_for_bank, "wait-for-bank", "Wait: the bank has not decided yet."},
    StepText{NextStep::retry_next_run, "retry-next-run", "The next run may collect it again."},
    StepText{NextStep::ask_before_retry, "ask-before-retry", "A person decides whether it is collected again."},
    StepText{NextStep::get_new_account, "get-new-account", "Ask the payer for another account and amend the mandate."},
    StepText{NextStep::correct_data, "correct-data", "Correct our data, then collect again."},
    StepText{NextStep::apply_correction, "apply-correction", "Apply the bank's correction to the mandate."},
    StepText{NextStep::contact_payer, "contact-payer", "Speak with the payer."},
    StepText{NextStep::end_collection, "end-collection",
             "Stop collecting this way; settle the bill with the payer otherwise."},
    StepText{NextStep::talk_to_bank, "talk-to-bank", "Ask the bank."},
    StepText{NextStep::repair_file, "repair-file", "Our file or the channel was wrong: have it repaired."},
    StepText{NextStep::confirm_match, "confirm-match", "Confirm the proposed claim, or choose another."},
    StepText{NextStep::find_claim, "find-claim", "Find the claim by amount, payer and date."},
    StepText{NextStep::look_for_double_run, "look-for-double-run",
             "Check whether something ran twice before anything else is done."},
    StepText{NextStep::dishonor_return, "dishonor-return", "Ask your bank to refuse the return within its days."},
};

const StepText& text_of(NextStep step) {
  const auto found = std::ranges::find(step_texts, step, &StepText::step);
  require(found != step_texts.end(), "Every next step has its text.");
  return *found;
}

std::string joined(const Evidence& evidence, bool agreeing) {
  std::string list;
  for (const auto& [field, name] : field_names) {
    if (!evidence.was_compared(field) || evidence.agrees(field) != agreeing) continue;
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace

std::string_view exception_class_code(ExceptionClass kind) { return text_of(kind).code; }
std::string_view exception_class_meaning(ExceptionClass kind) { return text_of(kind).meaning; }
std::string_view exception_class_remedy(ExceptionClass kind) { return text_of(kind).remedy; }

std::optional<ExceptionClass> parse_exception_class(std::string_view code) {
  const auto found = std::ranges::find(exception_texts, code, &ExceptionText::code);
  if (found == exception_texts.end()) return std::nullopt;
  return found->kind;
}

std::vector<ExceptionClass> ExceptionSet::list() const {
  std::vector<ExceptionClass> kinds;
  for (std::size_t i = 0; i < exception_class_count; ++i) {
    if (has(static_cast<ExceptionClass>(i))) kinds.push_back(static_cast<ExceptionClass>(i));
  }
  return kinds;
}

std::string Evidence::text() const {
  const auto same = joined(*this, true);
  const auto other = joined(*this, false);
  std::string text;
  if (!same.empty()) text += "agree: " + same;
  if (!other.empty()) text += (text.empty() ? "differ: " : "; differ: ") + other;
  return text;
}

std::string_view match_field_name(MatchField field) { return name_in(field_names, field); }
std::string_view match_rule_name(MatchRule rule) { return name_in(rule_names, rule); }
std::optional<MatchRule> parse_match_rule(std::string_view name) { return value_in(rule_names, name); }
std::string_view disposition_name(Disposition disposition) { return name_in(disposition_names, disposition); }
std::string_view ignore_rule_name(IgnoreRule rule) { return name_in(ignore_names, rule); }
std::optional<IgnoreRule> parse_ignore_rule(std::string_view name) { return value_in(ignore_names, name); }
std::string_view next_step_name(NextStep step) { return text_of(step).name; }
std::string_view next_step_sentence(NextStep step) { return text_of(step).sentence; }

}  // namespace counterfoil
