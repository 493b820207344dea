#include "mandates/mandate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/names.hpp"

namespace counterfoil {
namespace {

constexpr std::array state_names{
    Named<MandateState>{MandateState::draft, "draft"},   Named<MandateState>{MandateState::pending, "pending"},
    Named<MandateState>{MandateState::active, "active"}, Named<MandateState>{MandateState::suspended, "suspended"},
    Named<MandateState>{MandateState::ended, "ended"},
};

constexpr std::array pending_names{
    Named<MandatePending>{MandatePending::none, "none"},
    Named<MandatePending>{MandatePending::prenote_to_send, "prenote-to-send"},
    Named<MandatePending>{MandatePending::prenote_sent, "prenote-sent"},
    Named<MandatePending>{MandatePending::registration, "registration"},
};

constexpr std::array end_names{
    Named<MandateEnd>{MandateEnd::none, "none"},
    Named<MandateEnd>{MandateEnd::final_collection, "final-collection"},
    Named<MandateEnd>{MandateEnd::one_off_used, "one-off-used"},
    Named<MandateEnd>{MandateEnd::expired, "expired"},
    Named<MandateEnd>{MandateEnd::revoked_by_payer, "revoked-by-payer"},
    Named<MandateEnd>{MandateEnd::ended_by_creditor, "ended-by-creditor"},
    Named<MandateEnd>{MandateEnd::stopped_by_bank, "stopped-by-bank"},
};

constexpr std::array event_names{
    Named<MandateEventKind>{MandateEventKind::created, "created"},
    Named<MandateEventKind>{MandateEventKind::activated, "activated"},
    Named<MandateEventKind>{MandateEventKind::wait_begun, "wait-begun"},
    Named<MandateEventKind>{MandateEventKind::prenote_sent, "prenote-sent"},
    Named<MandateEventKind>{MandateEventKind::prenote_settled, "prenote-settled"},
    Named<MandateEventKind>{MandateEventKind::registered, "registered"},
    Named<MandateEventKind>{MandateEventKind::refused, "refused"},
    Named<MandateEventKind>{MandateEventKind::suspended, "suspended"},
    Named<MandateEventKind>{MandateEventKind::resumed, "resumed"},
    Named<MandateEventKind>{MandateEventKind::amended, "amended"},
    Named<MandateEventKind>{MandateEventKind::collection_sent, "collection-sent"},
    Named<MandateEventKind>{MandateEventKind::collection_rejected, "collection-rejected"},
    Named<MandateEventKind>{MandateEventKind::collection_settled, "collection-settled"},
    Named<MandateEventKind>{MandateEventKind::ended, "ended"},
};

struct Transition {
  MandateState from;
  MandateEventKind event;
  MandateState to;
};

// What may happen in which state. Results of a collection are taken in every state but draft: a mandate may be
// suspended or ended while its last collection is still on the way.
constexpr std::array transitions{
    Transition{MandateState::draft, MandateEventKind::activated, MandateState::active},
    Transition{MandateState::draft, MandateEventKind::wait_begun, MandateState::pending},
    Transition{MandateState::draft, MandateEventKind::amended, MandateState::draft},
    Transition{MandateState::draft, MandateEventKind::ended, MandateState::ended},
    Transition{MandateState::pending, MandateEventKind::prenote_sent, MandateState::pending},
    Transition{MandateState::pending, MandateEventKind::prenote_settled, MandateState::active},
    Transition{MandateState::pending, MandateEventKind::registered, MandateState::active},
    Transition{MandateState::pending, MandateEventKind::refused, MandateState::suspended},
    Transition{MandateState::pending, MandateEventKind::suspended, MandateState::suspended},
    Transition{MandateState::pending, MandateEventKind::amended, MandateState::pending},
    Transition{MandateState::pending, MandateEventKind::ended, MandateState::ended},
    Transition{MandateState::active, MandateEventKind::wait_begun, MandateState::pending},  // A prenote after new data.
    Transition{MandateState::active, MandateEventKind::suspended, MandateState::suspended},
    Transition{MandateState::active, MandateEventKind::amended, MandateState::active},
    Transition{MandateState::active, MandateEventKind::collection_sent, MandateState::active},
    Transition{MandateState::active, MandateEventKind::collection_rejected, MandateState::active},
    Transition{MandateState::active, MandateEventKind::collection_settled, MandateState::active},
    Transition{MandateState::active, MandateEventKind::ended, MandateState::ended},
    Transition{MandateState::pending, MandateEventKind::collection_rejected, MandateState::pending},
    Transition{MandateState::pending, MandateEventKind::collection_settled, MandateState::pending},
    Transition{MandateState::suspended, MandateEventKind::wait_begun, MandateState::pending},
    Transition{MandateState::suspended, MandateEventKind::resumed, MandateState::active},
    Transition{MandateState::suspended, MandateEventKind::amended, MandateState::suspended},
    Transition{MandateState::suspended, MandateEventKind::collection_sent, MandateState::suspended},
    Transition{MandateState::suspended, MandateEventKind::collection_rejected, MandateState::suspended},
    Transition{MandateState::suspended, MandateEventKind::collection_settled, MandateState::suspended},
    Transition{MandateState::suspended, MandateEventKind::ended, MandateState::ended},
    Transition{MandateState::ended, MandateEventKind::collection_sent, MandateState::ended},
    Transition{MandateState::ended, MandateEventKind::collection_rejected, MandateState::ended},
    Transition{MandateState::ended, MandateEventKind::collection_settled, MandateState::ended},
};

Error refused(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::refused};
}

void end_mandate(Mandate& mandate, MandateEnd end, Date today) {
  mandate.state = MandateState::ended;
  mandate.end = end;
  mandate.ended_on = today;
  mandate.pending = MandatePending::none;
}

bool is_last_of_its_mandate(SequenceType sequence) {
  return sequence == SequenceType::final || sequence == SequenceType::one_off;
}

Result<void> begin_wait(Mandate& mandate, const MandateChange& change) {
  if (change.pending != MandatePending::prenote_to_send && change.pending != MandatePending::registration) {
    return std::unexpected(refused("mandate.wait", "A mandate waits for a prenote or for its registration.",
                                   "Say which of the two it is."));
  }
  mandate.pending = change.pending;
  return {};
}

Result<void> take_prenote_settled(Mandate& mandate, const MandateChange& change) {
  if (mandate.pending != MandatePending::prenote_sent || !change.earliest_debit_on) {
    return std::unexpected(refused("mandate.no-prenote", "The mandate does not wait for a prenote that was sent.",
                                   "Look at the history of the mandate."));
  }
  mandate.earliest_debit_on = change.earliest_debit_on;
  if (change.starts_anew) mandate.used = 0;
  mandate.pending = MandatePending::none;
  return {};
}

void take_collection_sent(Mandate& mandate, const MandateChange& change) {
  ++mandate.used;
  if (change.sequence == SequenceType::final) {
    mandate.final_sent = true;
    mandate.final_next = false;
  }
}

void take_collection_rejected(Mandate& mandate, const MandateChange& change) {
  if (mandate.used > 0) --mandate.used;
  if (change.sequence == SequenceType::final) {
    mandate.final_sent = false;
    mandate.final_next = true;
  }
}

// The bank has learned what the claim told. What changed after the claim was made it has not.
void settle_amendment(Mandate& mandate, const MandateChange& change) {
  const auto not_carried = [&](std::string Amendment::* value) {
    const auto& waiting = mandate.amendment.*value;
    return waiting == change.carried.*value ? std::string{} : waiting;
  };
  Amendment left{.old_reference = not_carried(&Amendment::old_reference),
                 .old_creditor_id = not_carried(&Amendment::old_creditor_id),
                 .old_creditor_name = not_carried(&Amendment::old_creditor_name),
                 .old_account = not_carried(&Amendment::old_account)};
  if (!change.told_reference.empty()) {
    left.old_reference = change.told_reference == mandate.reference ? "" : change.told_reference;
  }
  if (!change.told_account.empty()) {
    const bool other_bank = mandate.amendment.old_account == "SMNDA";
    left.old_account = change.told_account == mandate.account ? "" : other_bank ? "SMNDA" : change.told_account;
  }
  mandate.amendment = left;
}

void take_collection_settled(Mandate& mandate, const MandateChange& change, Date today) {
  if (change.collected_on && (!mandate.last_collected_on || *mandate.last_collected_on < *change.collected_on)) {
    mandate.last_collected_on = change.collected_on;
  }
  if (!change.carried.empty()) settle_amendment(mandate, change);
  if (mandate.state == MandateState::ended) return;
  if (change.sequence == SequenceType::final) end_mandate(mandate, MandateEnd::final_collection, today);
  if (change.sequence == SequenceType::one_off || (mandate.one_off && !is_last_of_its_mandate(change.sequence))) {
    end_mandate(mandate, MandateEnd::one_off_used, today);
  }
}

// Keeps the oldest value that was not carried yet: the bank knows that one.
void remember(std::string& old_value, const std::string& current) {
  if (old_value.empty()) old_value = current;
}

void add_name(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

bool differs(const std::optional<std::string>& value, const std::string& current) { return value && *value != current; }

}  // namespace

std::string_view mandate_state_name(MandateState state) { return name_in(state_names, state); }
std::string_view mandate_pending_name(MandatePending pending) { return name_in(pending_names, pending); }
std::string_view mandate_end_name(MandateEnd end) { return name_in(end_names, end); }
std::string_view mandate_event_name(MandateEventKind kind) { return name_in(event_names, kind); }
std::optional<MandateState> parse_mandate_state(std::string_view name) { return value_in(state_names, name); }
std::optional<MandatePending> parse_mandate_pending(std::string_view name) { return value_in(pending_names, name); }
std::optional<MandateEnd> parse_mandate_end(std::string_view name) { return value_in(end_names, name); }
std::optional<MandateEventKind> parse_mandate_event(std::string_view name) { return value_in(event_names, name); }

Result<MandateState> next_state(MandateState current, MandateEventKind event) {
  for (const auto& transition : transitions) {
    if (transition.from == current && transition.event == event) return transition.to;
  }
  return std::unexpected(refused(
      "mandate.transition",
      fmt::format("A mandate that is {} cannot take \"{}\".", mandate_state_name(current), mandate_event_name(event)),
      current == MandateState::ended ? "An ended mandate stays ended: ask the payer for a new one."
                                     : "Look at the history of the mandate and at what it waits for."));
}

Result<MandateEvent> apply(Mandate& mandate, const MandateChange& change, Date today) {
  const auto to = next_state(mandate.state, change.kind);
  if (!to) return std::unexpected(to.error());
  Mandate changed = mandate;
  changed.state = *to;
  switch (change.kind) {
    case MandateEventKind::created:
      break;
    case MandateEventKind::activated:
    case MandateEventKind::registered:
    case MandateEventKind::resumed:
    case MandateEventKind::refused:
    case MandateEventKind::suspended:
      changed.pending = MandatePending::none;
      break;
    case MandateEventKind::wait_begun:
      if (const auto begun = begin_wait(changed, change); !begun) return std::unexpected(begun.error());
      break;
    case MandateEventKind::prenote_sent:
      if (changed.pending != MandatePending::prenote_to_send) {
        return std::unexpected(refused("mandate.no-prenote", "The mandate does not wait for a prenote to be sent.",
                                       "Look at the history of the mandate."));
      }
      changed.pending = MandatePending::prenote_sent;
      break;
    case MandateEventKind::prenote_settled:
      if (const auto taken = take_prenote_settled(changed, change); !taken) return std::unexpected(taken.error());
      break;
    case MandateEventKind::amended:
      break;
    case MandateEventKind::collection_sent:
      take_collection_sent(changed, change);
      break;
    case MandateEventKind::collection_rejected:
      take_collection_rejected(changed, change);
      break;
    case MandateEventKind::collection_settled:
      take_collection_settled(changed, change, today);
      break;
    case MandateEventKind::ended:
      if (change.end == MandateEnd::none) {
        return std::unexpected(
            refused("mandate.end-reason", "A mandate ends for a reason, and none was given.",
                    "Say why it ends: revoked-by-payer, ended-by-creditor, expired or stopped-by-bank."));
      }
      end_mandate(changed, change.end, today);
      break;
  }
  ++changed.version;
  MandateEvent event{
      .kind = change.kind, .from = mandate.state, .to = changed.state, .on = today, .detail = change.detail};
  mandate = std::move(changed);
  return event;
}

Result<MandateEvent> amend(Mandate& mandate, const MandateData& data, const MandateRules& rules, Date today) {
  if (mandate.state == MandateState::ended) {
    return std::unexpected(refused("mandate.ended", "The mandate has ended, and an ended mandate does not change.",
                                   "Ask the payer for a new mandate."));
  }
  std::string fields;
  Mandate changed = mandate;
  // Nothing was sent under a draft: the bank knows no old value.
  const bool carries = rules.carries_amendments && mandate.used > 0;
  if (differs(data.reference, mandate.reference)) {
    add_name(fields, "reference");
    if (carries) remember(changed.amendment.old_reference, mandate.reference);
    changed.reference = *data.reference;
  }
  if (differs(data.account, mandate.account)) {
    add_name(fields, "account");
    // SMNDA once stays SMNDA: the bank that knows the old account is not the new one's.
    if (carries && !data.same_bank) changed.amendment.old_account = "SMNDA";
    if (carries && data.same_bank) remember(changed.amendment.old_account, mandate.account);
    changed.account = *data.account;
  }
  const auto take = [&](const std::optional<std::string>& value, std::string Mandate::* member, std::string_view name) {
    if (!differs(value, mandate.*member)) return;
    add_name(fields, name);
    changed.*member = *value;
  };
  take(data.payer_name, &Mandate::payer_name, "payer name");
  take(data.bank, &Mandate::bank, "bank");
  take(data.account_kind, &Mandate::account_kind, "account kind");
  if (data.address && *data.address != mandate.address) {
    add_name(fields, "address");
    changed.address = *data.address;
  }
  if (fields.empty()) {
    return std::unexpected(refused("mandate.nothing-changed", "The new data are those the mandate already has.",
                                   "Nothing needs to be done."));
  }
  const auto event = apply(changed, {.kind = MandateEventKind::amended, .detail = fields}, today);
  if (event) mandate = std::move(changed);
  return event;
}

Result<MandateEvent> amend_creditor(Mandate& mandate, std::string_view old_creditor_id,
                                    std::string_view old_creditor_name, const MandateRules& rules, Date today) {
  Mandate changed = mandate;
  std::string fields;
  const bool carries = rules.carries_amendments && mandate.used > 0;
  if (!old_creditor_id.empty()) {
    add_name(fields, "creditor identifier");
    if (carries) remember(changed.amendment.old_creditor_id, std::string{old_creditor_id});
  }
  if (!old_creditor_name.empty()) {
    add_name(fields, "creditor name");
    if (carries) remember(changed.amendment.old_creditor_name, std::string{old_creditor_name});
  }
  const auto event = apply(changed, {.kind = MandateEventKind::amended, .detail = fields}, today);
  if (event) mandate = std::move(changed);
  return event;
}

Result<std::optional<MandateEvent>> apply_effect(Mandate& mandate, MandateEffect effect, std::string_view reason,
                                                 Date today) {
  const bool already = mandate.state == MandateState::ended ||
                       (effect == MandateEffect::suspend && mandate.state == MandateState::suspended);
  if (already || (effect != MandateEffect::suspend && effect != MandateEffect::end)) {
    return std::optional<MandateEvent>{};
  }
  const MandateChange change{
      .kind = effect == MandateEffect::end ? MandateEventKind::ended : MandateEventKind::suspended,
      .detail = fmt::format("bank reason {}", reason),
      .end = effect == MandateEffect::end ? MandateEnd::stopped_by_bank : MandateEnd::none};
  auto event = apply(mandate, change, today);
  if (!event) return std::unexpected(event.error());
  return std::optional<MandateEvent>{std::move(*event)};
}

SequenceType next_sequence(const Mandate& mandate, const MandateRules& rules) {
  if (!rules.uses_sequence_types) return SequenceType::none;
  if (mandate.one_off) return SequenceType::one_off;
  if (mandate.final_next) return SequenceType::final;
  return mandate.used == 0 ? rules.first_as : SequenceType::recurring;
}

std::optional<Date> last_valid_day(const Mandate& mandate, const MandateRules& rules) {
  if (rules.expiry_months == 0) return std::nullopt;
  const auto from = mandate.last_collected_on ? mandate.last_collected_on : mandate.signed_on;
  if (!from) return std::nullopt;
  return add_months(*from, rules.expiry_months);
}

bool expires_soon(const Mandate& mandate, const MandateRules& rules, Date today) {
  const auto last = last_valid_day(mandate, rules);
  return last && *last <= today + std::chrono::days{rules.expiry_warn_days};
}

Result<Date> first_debit_after_prenote(const BankCalendar& calendar, Date settled_on, const MandateRules& rules) {
  return calendar.add_bank_days(settled_on, rules.prenote_wait_bank_days);
}

}  // namespace counterfoil
