#include "reconcile/find.hpp"

#include <bit>
#include <compare>
#include <utility>

namespace counterfoil {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Words by which banks say "no reference".
bool is_given(std::string_view reference) {
  return !reference.empty() && reference != "NOTPROVIDED" && reference != "NONREF";
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// Equal without blanks and case, as mandate references and accounts are compared; without making a copy.
bool same_loosely(std::string_view left, std::string_view right) {
  std::size_t i = 0, j = 0;
  for (;;) {
    while (i < left.size() && left[i] == ' ') ++i;
    while (j < right.size() && right[j] == ' ') ++j;
    if (i == left.size() || j == right.size()) return i == left.size() && j == right.size();
    if (upper(left[i++]) != upper(right[j++])) return false;
  }
}

// A routing number may come without its check digit, a BIC without its XXX.
bool same_bank(std::string_view left, std::string_view right) {
  if (left.size() > right.size()) std::swap(left, right);
  if (left == right) return true;
  if (left.size() != 8 || !right.starts_with(left)) return false;
  return right.size() == 9 || right.ends_with("XXX");
}

// A notice of change and a prenote are of amount zero, and a status report need not tell the amount.
bool says_amount(const Entry& entry, const JudgeTerms& terms) {
  if (entry.outcome == Outcome::corrected || entry.is_prenote) return false;
  return entry.amount_minor != 0 || terms.kind != FileKind::acknowledgement;
}

class Comparison {
 public:
  Comparison(const Entry& entry, const Candidate& candidate, const JudgeTerms& terms)
      : entry_{entry}, candidate_{candidate}, terms_{terms} {
    compare_references();
    compare_places();
    compare_money();
  }

  [[nodiscard]] const Evidence& evidence() const { return evidence_; }

  /// The strongest rule by which this candidate fits.
  [[nodiscard]] MatchRule rule() const {
    const auto agrees = [&](MatchField field) { return evidence_.agrees(field); };
    const auto differs = [&](MatchField field) { return evidence_.differs(field); };
    const bool amount_fits = !differs(MatchField::amount) && !differs(MatchField::currency);
    if (agrees(MatchField::trace) && agrees(MatchField::bank) && amount_fits) return MatchRule::trace_bank_amount;
    if (agrees(MatchField::reference)) return MatchRule::reference;
    if (agrees(MatchField::instruction_id)) return MatchRule::instruction_id;
    if (agrees(MatchField::trace)) {
      return amount_fits && !differs(MatchField::bank) ? MatchRule::trace_amount : MatchRule::trace;
    }
    // An answer to a prenote has no amount: the mandate leads to it, and to nothing but a prenote.
    if (terms_.mandate_comes_back && entry_.is_prenote) {
      const bool fits = candidate_.is_prenote && agrees(MatchField::mandate) && !differs(MatchField::collect_on);
      return fits ? MatchRule::mandate_amount_date : MatchRule::none;
    }
    // Without a reference of ours amount and date must not speak against it, and no reference of ours either.
    if (differs(MatchField::reference) || differs(MatchField::trace) || !agrees(MatchField::amount) || !amount_fits) {
      return MatchRule::none;
    }
    const bool date_fits = !differs(MatchField::collect_on) && !differs(MatchField::batch);
    if (agrees(MatchField::mandate) && date_fits) return MatchRule::mandate_amount_date;
    if (agrees(MatchField::account) && date_fits) return MatchRule::account_amount_date;
    if (agrees(MatchField::remittance)) return MatchRule::bill_number_in_text;
    return MatchRule::none;
  }

 private:
  void compare_references() {
    const auto compare = [&](MatchField field, std::string_view theirs, std::string_view ours) {
      theirs = trimmed(theirs);
      if (is_given(theirs) && !ours.empty()) evidence_.add(field, theirs == trimmed(ours));
    };
    compare(MatchField::reference, entry_.reference, candidate_.reference);
    compare(MatchField::instruction_id, entry_.instruction_id, candidate_.instruction_id);
    compare(MatchField::trace, entry_.original_trace, candidate_.trace);
    compare(MatchField::message, said(entry_.original_message_id, terms_.message_id), candidate_.message_id);
    compare(MatchField::batch, said(entry_.original_batch_id, terms_.block_id), candidate_.block_id);
  }

  void compare_places() {
    const auto bank = trimmed(entry_.original_bank);
    if (!bank.empty() && !candidate_.bank.empty()) {
      evidence_.add(MatchField::bank, same_bank(bank, trimmed(candidate_.bank)));
    }
    if (is_given(trimmed(entry_.mandate)) && !candidate_.mandate.empty()) {
      evidence_.add(MatchField::mandate, same_loosely(entry_.mandate, candidate_.mandate));
    }
    // Banks differ in whose account they show in a return: ours says nothing about the payer.
    const bool is_ours =
        !terms_.account_of_creditor.empty() && same_loosely(entry_.payer_account, terms_.account_of_creditor);
    if (!trimmed(entry_.payer_account).empty() && !candidate_.account.empty() && !is_ours) {
      evidence_.add(MatchField::account, same_loosely(entry_.payer_account, candidate_.account));
    }
    if (!candidate_.bill_number.empty() && !entry_.remittance.empty()) {
      evidence_.add(MatchField::remittance, entry_.remittance.find(candidate_.bill_number) != std::string_view::npos);
    }
  }

  void compare_money() {
    // A file with one amount field fills it with what was collected: less than was asked is then no other amount.
    const bool equal = entry_.amount_minor == candidate_.amount_minor;
    const bool only_collected = entry_.collected_minor >= 0 && entry_.collected_minor == entry_.amount_minor;
    if (says_amount(entry_, terms_) && (equal || !only_collected)) evidence_.add(MatchField::amount, equal);
    if (!entry_.currency.code().empty() && !candidate_.currency.code().empty()) {
      evidence_.add(MatchField::currency, entry_.currency == candidate_.currency);
    }
    auto collect_on = entry_.collect_on ? entry_.collect_on : terms_.block_collect_on;
    if (collect_on && terms_.processing_days_before > 0 && terms_.calendar != nullptr) {
      const auto moved = terms_.calendar->add_bank_days(*collect_on, terms_.processing_days_before);
      collect_on = moved ? std::optional{*moved} : std::nullopt;
    }
    if (collect_on) evidence_.add(MatchField::collect_on, *collect_on == candidate_.collect_on);
  }

  static std::string_view said(std::string_view by_entry, std::string_view by_file) {
    return by_entry.empty() ? by_file : by_entry;
  }

  const Entry& entry_;
  const Candidate& candidate_;
  const JudgeTerms& terms_;
  Evidence evidence_;
};

// Smaller is better. What is left of the line decides without the evidence; the count of agreeing fields breaks ties.
struct Rank {
  bool other_message = false;
  MatchRule rule = MatchRule::none;
  bool other_block = false;
  bool taken = false;  // An earlier line of this file took it: twins are matched once each.
  bool cannot_take = false;
  int fields_apart = 0;  // Fewer agreeing fields.
  auto operator<=>(const Rank&) const = default;
};

// Two claims the bank itself cannot tell apart: it does not matter which of them is taken first.
bool interchangeable(const Candidate& left, const Candidate& right) {
  return left.amount_minor == right.amount_minor && left.currency == right.currency && left.mandate == right.mandate &&
         left.account == right.account && left.collect_on == right.collect_on && left.batch == right.batch;
}

}  // namespace

std::optional<ClaimEventKind> event_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return ClaimEventKind::acknowledge;
    case Outcome::rejected:
      return ClaimEventKind::reject;
    case Outcome::settled:
      return ClaimEventKind::settle;
    case Outcome::returned:
      return ClaimEventKind::give_back;
    case Outcome::refunded:
      return ClaimEventKind::refund;
    case Outcome::reversed:
      return ClaimEventKind::reverse;
    case Outcome::cancelled:
      return ClaimEventKind::cancel;
    case Outcome::dishonored:
      return ClaimEventKind::dishonor;
    case Outcome::contested:
      return ClaimEventKind::contest;
    case Outcome::none:
    case Outcome::pending:
    case Outcome::corrected:
    case Outcome::unknown:
      break;
  }
  return std::nullopt;
}

Found find_claim(const Entry& entry, std::span<const Candidate> candidates, const JudgeTerms& terms) {
  Found best;
  Rank best_rank;
  const auto event = event_of(entry.outcome);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& candidate = candidates[i];
    const Comparison comparison{entry, candidate, terms};
    const auto rule = comparison.rule();
    if (rule == MatchRule::none) continue;
    const auto& evidence = comparison.evidence();
    const Rank rank{.other_message = evidence.differs(MatchField::message),
                    .rule = rule,
                    .other_block = evidence.differs(MatchField::batch),
                    .taken = candidate.taken_in_this_file,
                    .cannot_take = event && !try_next_state(candidate.state, *event),
                    .fields_apart = -std::popcount(evidence.agreed)};
    if (!best.index || rank < best_rank) {
      best = {.index = i, .rule = rule, .evidence = evidence, .ambiguous = false};
      best_rank = rank;
    } else if (rank == best_rank && !interchangeable(candidate, candidates[*best.index])) {
      best.ambiguous = true;
    }
  }
  return best;
}

}  // namespace counterfoil
