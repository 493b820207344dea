// The second half of judging: does what the bank says agree with the claim, and what follows from it.
#include <algorithm>
#include <limits>

#include "reconcile/find.hpp"
#include "reconcile/match.hpp"

namespace counterfoil {
namespace {

using Kind = ExceptionClass;
using Event = ClaimEventKind;
using std::chrono::days;

// The money has moved or the claim has failed whatever else is said: these are flagged, and posted all the same.
constexpr ExceptionSet posted_all_the_same = [] {
  ExceptionSet set;
  set.add(Kind::partial_collection);
  set.add(Kind::late_return);
  set.add(Kind::reason_unknown);
  set.add(Kind::reason_missing);
  return set;
}();

// A file may claim any amount: sums stay at the limit instead of wrapping, and so never agree with anything.
std::int64_t plus(std::int64_t left, std::int64_t right) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(left, right, &sum)) return sum;
  return left > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

std::int64_t minus(std::int64_t left, std::int64_t right) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(left, right, &difference)) return difference;
  return left > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

bool is_failure(Outcome outcome) {
  return outcome == Outcome::rejected || outcome == Outcome::returned || outcome == Outcome::refunded;
}

bool takes_money_back(Outcome outcome) { return outcome == Outcome::returned || outcome == Outcome::refunded; }

// Something to post, to ask about, or to apply; the rest says nothing of a claim of ours.
IgnoreRule rule_to_ignore(const Entry& entry, const Reason* reason, const JudgeTerms& terms) {
  if (terms.kind == FileKind::instruction) return IgnoreRule::instruction;
  if (!entry.is_booked) return IgnoreRule::not_booked;
  if (entry.outcome == Outcome::none) return IgnoreRule::not_a_collection;
  if (entry.outcome == Outcome::pending) return IgnoreRule::no_news;
  // Catalogued as saying nothing of acceptance, such as the result of a payee check.
  if (entry.outcome == Outcome::unknown && reason != nullptr && reason->outcome == Outcome::unknown &&
      reason->action == ReasonAction::none) {
    return IgnoreRule::status_without_claim;
  }
  return IgnoreRule::none;
}

Date day_of(const Entry& entry, const JudgeTerms& terms) {
  if (entry.booked_on) return *entry.booked_on;
  if (entry.valued_on) return *entry.valued_on;
  if (terms.file_settled_on) return *terms.file_settled_on;
  return terms.today;
}

void check_identity(Judgement& judgement, const Entry& entry, const Found& found, const JudgeTerms& terms) {
  const auto& evidence = found.evidence;
  auto& exceptions = judgement.exceptions;
  // The file answers one message, and the claim was in another: not the claim that is meant.
  if (!terms.message_id.empty() && evidence.differs(MatchField::message)) exceptions.add(Kind::unknown_reference);
  const bool references_cross = found.rule < MatchRule::mandate_amount_date && found.rule != MatchRule::reference &&
                                evidence.differs(MatchField::reference);
  if (found.ambiguous || references_cross) exceptions.add(Kind::ambiguous_reference);
  const bool is_key = terms.mandate_comes_back && found.rule == MatchRule::mandate_amount_date &&
                      (entry.is_prenote || evidence.agrees(MatchField::collect_on));
  if (found.rule >= MatchRule::mandate_amount_date && !is_key) exceptions.add(Kind::weak_match);
  if (evidence.differs(MatchField::currency)) exceptions.add(Kind::currency_differs);
  if (evidence.differs(MatchField::account)) exceptions.add(Kind::account_differs);
  if (evidence.differs(MatchField::mandate)) exceptions.add(Kind::mandate_differs);
}

// A return may be booked together with the bank's charge, and a statement need not tell them apart.
void check_return_amount(Judgement& judgement, const Entry& entry, const Candidate& claim, const JudgeTerms& terms) {
  judgement.amount_minor = claim.amount_minor;
  judgement.charges_minor = entry.charges_minor;
  if (claim.is_prenote) return;
  const auto over = minus(entry.amount_minor, claim.amount_minor);
  if (over < 0) judgement.exceptions.add(Kind::amount_differs);
  std::int64_t unexplained = std::max<std::int64_t>(over, 0);
  if (over == 0 && entry.booked_minor >= 0) {
    const auto beyond = minus(entry.booked_minor, entry.amount_minor);
    if (beyond != 0 && beyond != entry.charges_minor) {
      if (beyond < 0) judgement.exceptions.add(Kind::amount_differs);
      unexplained = std::max<std::int64_t>(minus(beyond, entry.charges_minor), 0);
    }
  }
  if (unexplained == 0) return;
  if (terms.charges_within_booking) {
    judgement.charges_minor = plus(judgement.charges_minor, unexplained);
  } else {
    judgement.exceptions.add(Kind::charge_without_rule);
  }
}

void check_settled_amount(Judgement& judgement, const Entry& entry, const Candidate& claim) {
  judgement.amount_minor = claim.amount_minor;
  judgement.charges_minor = entry.charges_minor;
  if (judgement.evidence.differs(MatchField::amount)) judgement.exceptions.add(Kind::amount_differs);
  if (entry.collected_minor >= 0 && entry.collected_minor != claim.amount_minor) {
    judgement.amount_minor = entry.collected_minor;
    judgement.exceptions.add(entry.collected_minor < claim.amount_minor ? Kind::partial_collection
                                                                        : Kind::amount_differs);
  } else if (entry.collected_minor < 0 && entry.booked_minor >= 0) {
    // The bank may keep its charge back from the credit.
    const auto kept = minus(entry.amount_minor, entry.booked_minor);
    if (kept != 0 && kept != entry.charges_minor) judgement.exceptions.add(Kind::amount_differs);
  }
}

void check_amount(Judgement& judgement, const Entry& entry, const Candidate& claim, const JudgeTerms& terms) {
  if (takes_money_back(entry.outcome)) return check_return_amount(judgement, entry, claim, terms);
  if (entry.outcome == Outcome::settled) return check_settled_amount(judgement, entry, claim);
  judgement.amount_minor = claim.amount_minor;
  if (judgement.evidence.differs(MatchField::amount)) judgement.exceptions.add(Kind::amount_differs);
}

// Whether the claim has had this result already.
bool repeats(Event event, const Candidate& claim) {
  const auto state = claim.state;
  switch (event) {
    case Event::settle:
      return state == ClaimState::settled || claim.settled_posted;
    case Event::reject:
      return state == ClaimState::rejected;
    case Event::reverse:
      return state == ClaimState::reversed;
    case Event::give_back:
    case Event::refund:
      return state == ClaimState::returned || state == ClaimState::refunded;
    default:
      return false;
  }
}

// Why a claim cannot take an event, in the terms of a person.
void name_obstacle(Judgement& judgement, Event event, const Candidate& claim) {
  auto& exceptions = judgement.exceptions;
  if (claim.state == ClaimState::voided || claim.state == ClaimState::cancelled) {
    return exceptions.add(Kind::result_for_cancelled);
  }
  if (!was_sent(claim.state)) return exceptions.add(Kind::result_for_unsent);
  exceptions.add(repeats(event, claim) ? Kind::duplicate_result : Kind::contradiction_between_levels);
}

bool tells_of_an_account(std::string_view format) {
  return format.starts_with("camt.05") || format.starts_with("mt94") || format == "bai2";
}

// Banks announce a booking in camt.054, .052 or MT942 and state it in camt.053 or MT940.
bool is_same_booking(const Entry& entry, const EarlierResult& earlier, const JudgeTerms& terms) {
  if (!tells_of_an_account(terms.format) || !tells_of_an_account(earlier.format)) return false;
  const auto is_given = [](std::string_view reference) { return !reference.empty() && reference != "NONREF"; };
  if (is_given(entry.bank_reference) && is_given(earlier.bank_reference)) {
    return entry.bank_reference == earlier.bank_reference;
  }
  const bool other_message = terms.format.substr(0, 8) != earlier.format.substr(0, 8);
  return other_message && earlier.on == day_of(entry, terms);
}

// ISO 20022 forbids a rejection below an acceptance and the other way round; banks send both, and the lowest level
// counts.
bool contradicts_above(const Entry& entry, const JudgeTerms& terms) {
  if (entry.status_inherited) return false;
  return (entry.outcome == Outcome::rejected && terms.said_above == Outcome::accepted) ||
         (entry.outcome == Outcome::accepted && terms.said_above == Outcome::rejected);
}

// "Accepted" of a claim of which more is known already is no news; so is a cancellation of a cancelled one.
bool is_no_news(Event event, ClaimState state) {
  if (event == Event::cancel) return state == ClaimState::cancelled;
  if (event != Event::acknowledge) return false;
  return state == ClaimState::acknowledged || state == ClaimState::settled || state == ClaimState::returned ||
         state == ClaimState::refunded || state == ClaimState::reversed;
}

void check_state(Judgement& judgement, Event event, const Candidate& claim) {
  if (claim.taken_in_this_file) {
    judgement.exceptions.add(Kind::duplicate_result);
  } else if (!try_next_state(claim.state, event)) {
    name_obstacle(judgement, event, claim);
  } else if (repeats(event, claim)) {
    judgement.exceptions.add(Kind::duplicate_result);
  }
}

bool is_late(const Entry& entry, const Candidate& claim, const Reason* reason, const JudgeTerms& terms) {
  const auto from = claim.settled_on ? *claim.settled_on : claim.collect_on;
  const auto on = day_of(entry, terms);
  if (reason != nullptr && reason->has_flag("unauthorized")) {
    return terms.unauthorized_return_days > 0 && on > from + days{terms.unauthorized_return_days};
  }
  if (entry.outcome == Outcome::refunded) return terms.refund_days > 0 && on > from + days{terms.refund_days};
  if (terms.return_bank_days == 0 || terms.calendar == nullptr) return false;
  const auto last = terms.calendar->add_bank_days(from, terms.return_bank_days);
  // A year the calendar does not know: whether the return is late cannot be said, and that stops no posting.
  return last && on > *last;
}

void check_reason(Judgement& judgement, const Entry& entry, const Reason* reason) {
  if (!is_failure(entry.outcome) || reason != nullptr) return;
  judgement.exceptions.add(entry.reason.empty() ? Kind::reason_missing : Kind::reason_unknown);
}

NextStep step_for(Kind kind, const JudgeTerms& terms, Outcome outcome) {
  switch (kind) {
    case Kind::duplicate_result:
      return terms.returns_can_be_refused && outcome == Outcome::returned ? NextStep::dishonor_return
                                                                          : NextStep::look_for_double_run;
    case Kind::late_return:
      return terms.returns_can_be_refused ? NextStep::dishonor_return : NextStep::talk_to_bank;
    case Kind::amount_differs:
    case Kind::currency_differs:
    case Kind::account_differs:
    case Kind::mandate_differs:
    case Kind::ambiguous_reference:
    case Kind::weak_match:
      return NextStep::confirm_match;
    case Kind::partial_collection:
      return NextStep::retry_next_run;
    case Kind::unknown_reference:
      return NextStep::find_claim;
    case Kind::correction_to_apply:
      return NextStep::apply_correction;
    case Kind::result_for_unsent:
    case Kind::result_for_cancelled:
    case Kind::contradiction_between_levels:
    case Kind::settlement_total_differs:
    case Kind::batch_count_differs:
    case Kind::charge_without_rule:
    case Kind::reason_unknown:
    case Kind::reason_missing:
    case Kind::outcome_unknown:
    case Kind::missing_answer:
    case Kind::debit_failed:
    case Kind::mandate_to_look_at:
      break;
  }
  return NextStep::talk_to_bank;
}

// Sets disposition, event and next step from the exceptions that were found.
void conclude(Judgement& judgement, std::optional<Event> event, const Entry& entry, const Reason* reason,
              const JudgeTerms& terms) {
  const auto outcome = entry.outcome;
  const bool contradicts = contradicts_above(entry, terms);
  const auto blocking = judgement.exceptions.bits() & ~posted_all_the_same.bits();
  if (contradicts) judgement.exceptions.add(Kind::contradiction_between_levels);
  judgement.disposition = judgement.exceptions.empty() ? Disposition::posted : Disposition::exception;
  (blocking == 0 ? judgement.event : judgement.proposed) = event;
  if (!judgement.exceptions.empty()) {
    judgement.next_step = step_for(judgement.exceptions.first(), terms, outcome);
  } else if (reason != nullptr && is_failure(outcome)) {
    judgement.next_step = step_after(*reason);
  }
}

Judgement ignored(IgnoreRule rule) {
  Judgement judgement;
  judgement.disposition = Disposition::ignored;
  judgement.ignored_by = rule;
  return judgement;
}

Judgement exception_only(Kind kind, Outcome outcome, const JudgeTerms& terms) {
  Judgement judgement;
  judgement.exceptions.add(kind);
  judgement.next_step = step_for(kind, terms, outcome);
  return judgement;
}

// A correction or a status nobody knows: matched, and nothing is posted by itself.
Judgement judge_without_event(Judgement judgement, const Entry& entry, const Candidate& claim,
                              const JudgeTerms& terms) {
  if (!was_sent(claim.state)) judgement.exceptions.add(Kind::result_for_unsent);
  std::optional<Event> proposed;
  if (entry.outcome == Outcome::corrected) {
    if (claim.taken_in_this_file) judgement.exceptions.add(Kind::duplicate_result);
    judgement.exceptions.add(Kind::correction_to_apply);
    judgement.mandate_effect = MandateEffect::amend;
  } else {
    judgement.exceptions.add(Kind::outcome_unknown);
    if (try_next_state(claim.state, Event::lose)) proposed = Event::lose;
  }
  conclude(judgement, proposed, entry, nullptr, terms);
  return judgement;
}

std::int64_t booked_in_all(const Entry& entry) {
  if (entry.booked_minor < 0) return entry.amount_minor;
  return entry.outcome == Outcome::settled ? plus(entry.booked_minor, entry.charges_minor) : entry.booked_minor;
}

void check_batch_booking(BatchJudgement& result, const Entry& entry, const BatchStanding& batch) {
  auto& exceptions = result.judgement.exceptions;
  const auto booked = booked_in_all(entry);
  const auto full = minus(batch.sum_minor, batch.settled_minor);
  const auto net = minus(full, batch.rejected_minor);
  result.expected_minor = booked == full ? full : net;
  result.difference_minor = minus(booked, result.expected_minor);
  if (booked == full) {
    result.settlement = SettlementKind::full;
  } else if (booked == net) {
    result.settlement = SettlementKind::net_of_rejects;
  } else {
    exceptions.add(Kind::settlement_total_differs);
  }
  const auto full_count = batch.count - batch.settled_count;
  if (entry.batch_count != 0 && entry.batch_count != full_count &&
      entry.batch_count != full_count - batch.rejected_count) {
    exceptions.add(Kind::batch_count_differs);
  }
  if (batch.settled_as_batch) exceptions.add(Kind::duplicate_result);
}

void check_batch_answer(BatchJudgement& result, const Entry& entry, const BatchStanding& batch, Event event) {
  auto& exceptions = result.judgement.exceptions;
  const auto count = entry.is_prenote ? batch.prenote_count : batch.count;
  if (entry.batch_count != 0 && entry.batch_count != count) exceptions.add(Kind::batch_count_differs);
  if (entry.amount_minor != 0 && entry.amount_minor != batch.sum_minor) exceptions.add(Kind::settlement_total_differs);
  if (event == Event::reject && (batch.settled_count > 0 || batch.settled_as_batch)) {
    exceptions.add(Kind::contradiction_between_levels);
  } else if (event == Event::reject && batch.all_decided) {
    exceptions.add(Kind::duplicate_result);
  }
}

}  // namespace

NextStep step_after(const Reason& reason) {
  if (reason.retry.choice == RetryPolicy::Choice::yes) return NextStep::retry_next_run;
  switch (reason.action) {
    case ReasonAction::none:
      return NextStep::nothing;
    case ReasonAction::wait:
      return NextStep::wait_for_bank;
    case ReasonAction::retry:
      return NextStep::ask_before_retry;
    case ReasonAction::fix_account:
      return NextStep::get_new_account;
    case ReasonAction::fix_data:
      return NextStep::correct_data;
    case ReasonAction::contact:
      return NextStep::contact_payer;
    case ReasonAction::stop:
      return NextStep::end_collection;
    case ReasonAction::bank:
      return NextStep::talk_to_bank;
    case ReasonAction::technical:
      return NextStep::repair_file;
  }
  return NextStep::nothing;
}

Judgement judge(const Entry& entry, std::span<const Candidate> candidates, const Reason* reason,
                const JudgeTerms& terms) {
  if (const auto rule = rule_to_ignore(entry, reason, terms); rule != IgnoreRule::none) return ignored(rule);
  const auto found = find_claim(entry, candidates, terms);
  if (!found.index) {
    auto orphan = exception_only(Kind::unknown_reference, entry.outcome, terms);
    orphan.on = day_of(entry, terms);
    orphan.amount_minor = entry.amount_minor;
    orphan.charges_minor = entry.charges_minor;
    return orphan;
  }
  const auto& claim = candidates[*found.index];
  Judgement judgement;
  judgement.matched = found.index;
  judgement.rule = found.rule;
  judgement.evidence = found.evidence;
  judgement.on = day_of(entry, terms);
  check_identity(judgement, entry, found, terms);
  const auto event = event_of(entry.outcome);
  if (!event) return judge_without_event(judgement, entry, claim, terms);
  if (judgement.exceptions.empty()) {
    const bool same_booking =
        !claim.taken_in_this_file && repeats(*event, claim) && is_same_booking(entry, claim.earlier, terms);
    if (same_booking || is_no_news(*event, claim.state)) {
      judgement.disposition = Disposition::ignored;
      judgement.ignored_by = same_booking ? IgnoreRule::same_booking : IgnoreRule::no_news;
      return judgement;
    }
  }
  check_amount(judgement, entry, claim, terms);
  check_state(judgement, *event, claim);
  check_reason(judgement, entry, reason);
  if (takes_money_back(entry.outcome) && is_late(entry, claim, reason, terms))
    judgement.exceptions.add(Kind::late_return);
  if (reason != nullptr && is_failure(entry.outcome)) judgement.mandate_effect = reason->mandate_effect;
  conclude(judgement, event, entry, reason, terms);
  return judgement;
}

BatchJudgement judge_batch(const Entry& entry, const BatchStanding* batch, const Reason* reason,
                           const JudgeTerms& terms) {
  BatchJudgement result;
  auto& judgement = result.judgement;
  const auto leave = [&](Judgement other) {
    judgement = std::move(other);
    judgement.scope = entry.level;
    judgement.on = day_of(entry, terms);
    return result;
  };
  if (const auto rule = rule_to_ignore(entry, reason, terms); rule != IgnoreRule::none) return leave(ignored(rule));
  if (batch == nullptr) return leave(exception_only(Kind::unknown_reference, entry.outcome, terms));
  judgement.scope = entry.level;
  judgement.rule = MatchRule::batch;
  judgement.matched = 0;
  judgement.on = day_of(entry, terms);
  judgement.amount_minor = booked_in_all(entry);
  judgement.charges_minor = entry.charges_minor;
  if (batch->is_voided) judgement.exceptions.add(Kind::result_for_cancelled);
  if (!batch->is_voided && !batch->was_sent) judgement.exceptions.add(Kind::result_for_unsent);
  if (!entry.currency.code().empty() && entry.currency != batch->currency)
    judgement.exceptions.add(Kind::currency_differs);
  const auto event = event_of(entry.outcome);
  if (!event) {
    judgement.exceptions.add(Kind::outcome_unknown);
  } else if (*event == Event::settle) {
    const bool was_booked = batch->settled_as_batch || batch->settled_minor == booked_in_all(entry);
    if (was_booked && judgement.exceptions.empty() && is_same_booking(entry, batch->earlier, terms)) {
      return leave(ignored(IgnoreRule::same_booking));
    }
    check_batch_booking(result, entry, *batch);
  } else if (*event == Event::acknowledge || *event == Event::reject) {
    if (*event == Event::acknowledge && batch->all_decided && judgement.exceptions.empty()) {
      return leave(ignored(IgnoreRule::no_news));
    }
    check_batch_answer(result, entry, *batch, *event);
    check_reason(judgement, entry, reason);
  } else {
    // A sum came back, and nothing says of which claims.
    judgement.exceptions.add(Kind::ambiguous_reference);
  }
  if (reason != nullptr && is_failure(entry.outcome)) judgement.mandate_effect = reason->mandate_effect;
  conclude(judgement, event, entry, reason, terms);
  return result;
}

Result<Silence> judge_silence(const BankCalendar& calendar, ClaimState state, Date collect_on, int answer_bank_days,
                              bool silence_is_success, Date today) {
  const bool waits = state == ClaimState::sent || state == ClaimState::acknowledged || state == ClaimState::unknown;
  if (!waits || answer_bank_days <= 0) return Silence::wait;
  const auto last = calendar.add_bank_days(collect_on, answer_bank_days);
  if (!last) return std::unexpected(last.error());
  if (today <= *last) return Silence::wait;
  return silence_is_success && state != ClaimState::unknown ? Silence::settled : Silence::missing;
}

}  // namespace counterfoil
