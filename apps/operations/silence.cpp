#include "apps/operations/silence.hpp"

#include <fmt/format.h>

#include "apps/operations/ingest.hpp"
#include "apps/operations/mandate_effects.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "reconcile/match.hpp"
#include "store/batches.hpp"
#include "store/claim_posting.hpp"
#include "store/creditor_accounts.hpp"
#include "store/exceptions.hpp"
#include "store/sealed_files.hpp"

namespace counterfoil {
namespace {

/// Bank days after which nothing more will come, or something is overdue.
int answer_days(const AccountRules& rules) {
  const auto& collection = rules.collection;
  if (collection.answer_bank_days > 0) return collection.answer_bank_days;
  return collection.silence_is_success ? collection.return_bank_days : 0;
}

Result<bool> open_missing(Desk& desk, const Scheme& scheme, const SilentClaim& claim) {
  ExceptionCase what;
  what.classes.add(ExceptionClass::missing_answer);
  what.main_class = ExceptionClass::missing_answer;
  what.explanation =
      fmt::format("The bank has said nothing of claim {} ({}), which was to be collected on {}.", claim.reference,
                  Money{claim.amount_minor, claim.currency}.text(), iso_date(claim.collect_on));
  what.next_step = NextStep::talk_to_bank;
  // The bank would never say that a claim was not paid: a person looks whether a file is missing, and agrees.
  if (const auto* reason = scheme.find_reason(scheme.manner.silence_reason)) {
    what.reason = reason->code;
    what.proposed = ClaimEventKind::reject;
    what.next_step = step_after(*reason);
    what.explanation += fmt::format(" {}. {}", reason->meaning_en, reason->next_step);
  }
  what.claim = claim.claim;
  what.claim_reference = claim.reference;
  what.batch = claim.batch;
  what.currency = claim.currency;
  what.amount_minor = claim.amount_minor;
  what.on = claim.collect_on;
  const auto number = open_exception(desk.scope(), what, desk.actor().name);
  if (!number) return std::unexpected(number.error());
  return !number->empty();
}

Result<bool> settle_by_silence(Desk& desk, const CreditorAccount& account, const StoredBatch& batch,
                               SilenceResult& result) {
  BatchPosting posting;
  posting.batch = batch.batch.id;
  posting.kind = ClaimEventKind::settle;
  posting.on = batch.batch.collect_on;
  posting.operator_name = desk.actor().name;
  const auto settled = post_to_batch(desk.scope(), posting);
  if (!settled) return std::unexpected(settled.error());
  result.settled_claims += *settled;
  if (batch.batch.sum_minor == 0) {
    const auto ready = prenotes_settled(desk, batch.batch.id, account);
    if (!ready) return std::unexpected(ready.error());
    result.prenotes_ready += *ready;
  }
  if (auto moved = move_batch_on(desk, batch.batch.id, "nothing came back in time"); !moved) {
    return std::unexpected(moved.error());
  }
  const auto noted = desk.note("batch.silence", "batch", batch.number,
                               fmt::format("{} claims count as collected: nothing came back in time", *settled));
  if (!noted) return std::unexpected(noted.error());
  return true;
}

Result<void> look_at_batch(Desk& desk, const CreditorAccount& account, const AccountRules& rules,
                           const StoredBatch& batch, SilenceResult& result) {
  const auto silence = judge_silence(rules.calendar, ClaimState::sent, batch.batch.collect_on, answer_days(rules),
                                     rules.collection.silence_is_success, desk.today());
  if (!silence) return std::unexpected(silence.error());
  if (*silence != Silence::settled) return {};
  const auto done = in_one_transaction(desk, "day", [&] { return settle_by_silence(desk, account, batch, result); });
  if (!done) return std::unexpected(done.error());
  result.batches.push_back(batch.number);
  return {};
}

Result<bool> open_all_missing(Desk& desk, const CreditorAccount& account, const AccountRules& rules,
                              SilenceResult& result) {
  const auto before = rules.calendar.add_bank_days(desk.today(), -answer_days(rules));
  if (!before) return std::unexpected(before.error());
  std::vector<SilentClaim> silent;
  const auto walked =
      visit_silent_claims(desk.scope(), account.id, *before, [&](const SilentClaim& claim) -> Result<void> {
        silent.push_back(claim);
        return {};
      });
  if (!walked) return std::unexpected(walked.error());
  std::uint64_t opened = 0;
  for (const auto& claim : silent) {
    const auto fresh = open_missing(desk, *rules.scheme, claim);
    if (!fresh) return std::unexpected(fresh.error());
    opened += *fresh ? 1 : 0;
  }
  if (opened == 0) return false;
  result.missing_answers += opened;
  const auto noted =
      desk.note("match.silence", "creditor", account.label, fmt::format("{} answers are missing", opened));
  if (!noted) return std::unexpected(noted.error());
  return true;
}

Result<void> look_at_account(Desk& desk, const CreditorAccount& account, SilenceResult& result) {
  const auto rules = account_rules(desk.catalogue(), account);
  if (!rules) return std::unexpected(rules.error());
  if (answer_days(*rules) == 0) return {};
  for (const auto state : {BatchState::sent, BatchState::acknowledged}) {
    BatchFilter filter;
    filter.state = state;
    filter.creditor_account = account.id;
    const auto batches = list_batches(desk.scope(), filter);
    if (!batches) return std::unexpected(batches.error());
    for (const auto& batch : *batches) {
      if (auto done = look_at_batch(desk, account, *rules, batch, result); !done) return done;
    }
  }
  if (rules->collection.silence_is_success) return {};
  const auto missing = in_one_transaction(desk, "day", [&] { return open_all_missing(desk, account, *rules, result); });
  if (!missing) return std::unexpected(missing.error());
  return {};
}

}  // namespace

Result<SilenceResult> look_at_silence(Desk& desk) {
  if (auto allowed = desk.may(Action::match_entries); !allowed) return std::unexpected(allowed.error());
  SilenceResult result;
  const auto expired = in_one_transaction(desk, "day", [&] { return expire_outbox_leases(desk.scope()); });
  if (!expired) return std::unexpected(expired.error());
  result.unknown_sendings = *expired;
  const auto accounts = list_creditor_accounts(desk.scope());
  if (!accounts) return std::unexpected(accounts.error());
  for (const auto& account : *accounts) {
    if (auto done = look_at_account(desk, account, result); !done) return std::unexpected(done.error());
  }
  return result;
}

}  // namespace counterfoil
