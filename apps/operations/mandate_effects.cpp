#include "apps/operations/mandate_effects.hpp"

#include <fmt/format.h>

#include "apps/operations/scheme_rules.hpp"
#include "core/require.hpp"
#include "store/batches.hpp"
#include "store/claims.hpp"
#include "store/mandates.hpp"

namespace counterfoil {
namespace {

Result<Mandate> mandate_of(Desk& desk, const Id& id) {
  auto mandate = find_mandate(desk.scope(), id);
  if (!mandate) return std::unexpected(mandate.error());
  require(mandate->has_value(), "a claim belongs to a mandate");
  return std::move(**mandate);
}

Result<void> change(Desk& desk, Mandate& mandate, const MandateChange& wish) {
  const auto event = apply(mandate, wish, desk.today());
  if (!event) return std::unexpected(event.error());
  return save_mandate(desk.scope(), mandate, *event, desk.actor().name);
}

bool failed_before_settlement(ClaimEventKind event) {
  return event == ClaimEventKind::reject || event == ClaimEventKind::cancel;
}

bool came_back(ClaimEventKind event) {
  return failed_before_settlement(event) || event == ClaimEventKind::give_back || event == ClaimEventKind::refund;
}

/// Answers whether anything changed.
Result<bool> touch(Desk& desk, const Matching::MandateTouch& one) {
  bool changed = false;
  auto mandate = mandate_of(desk, one.mandate);
  if (!mandate) return std::unexpected(mandate.error());
  const auto claim = find_claim(desk.scope(), one.claim);
  if (!claim) return std::unexpected(claim.error());
  require(claim->has_value(), "a matched claim exists");
  const auto detail = one.reason.empty() ? std::string{} : fmt::format("bank reason {}", one.reason);
  if ((*claim)->is_prenote) {
    if (came_back(one.event) && mandate->state == MandateState::pending) {
      if (auto done = change(desk, *mandate, {.kind = MandateEventKind::refused, .detail = detail}); !done) {
        return std::unexpected(done.error());
      }
      // Refused for a fault of the file: the mandate itself is right and is lodged again.
      const auto* scheme = desk.catalogue().find(mandate->scheme);
      const auto* reason = scheme == nullptr ? nullptr : scheme->find_reason(one.reason);
      if (reason != nullptr && reason->has_flag("relodge")) {
        const MandateChange wait{.kind = MandateEventKind::wait_begun,
                                 .detail = detail,
                                 .pending = MandatePending::prenote_to_send};
        if (auto done = change(desk, *mandate, wait); !done) return std::unexpected(done.error());
      }
      changed = true;
    }
  } else if (failed_before_settlement(one.event)) {
    const MandateChange taken_back{.kind = MandateEventKind::collection_rejected,
                                   .detail = detail,
                                   .sequence = (*claim)->sequence,
                                   .carried = (*claim)->amendment};
    if (auto done = change(desk, *mandate, taken_back); !done) return std::unexpected(done.error());
    changed = true;
  }
  const auto event = apply_effect(*mandate, one.effect, one.reason, desk.today());
  if (!event) return std::unexpected(event.error());
  if (!*event) return changed;
  if (auto saved = save_mandate(desk.scope(), *mandate, **event, desk.actor().name); !saved) {
    return std::unexpected(saved.error());
  }
  return true;
}

/// Ids first, changes after: the walk over the claims is a cursor of the same conversation.
Result<std::vector<Id>> prenote_mandates(Desk& desk, const Id& batch, bool settled_only) {
  std::vector<Id> mandates;
  const auto walked = visit_claims(desk.scope(), batch, [&](const ClaimRow& row) -> Result<void> {
    if (!row.claim.is_prenote) return {};
    if (settled_only && row.claim.state != ClaimState::settled) return {};
    mandates.push_back(row.claim.mandate);
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  return mandates;
}

}  // namespace

Result<std::uint64_t> touch_mandates(Desk& desk, const std::vector<Matching::MandateTouch>& touches) {
  std::uint64_t changed = 0;
  for (const auto& one : touches) {
    if (!came_back(one.event) && one.effect == MandateEffect::none) continue;
    const auto done = touch(desk, one);
    if (!done) return std::unexpected(done.error());
    changed += *done ? 1 : 0;
  }
  return changed;
}

Result<std::uint64_t> prenotes_sent(Desk& desk, const Id& batch) {
  const auto mandates = prenote_mandates(desk, batch, false);
  if (!mandates) return std::unexpected(mandates.error());
  for (const auto& id : *mandates) {
    auto mandate = mandate_of(desk, id);
    if (!mandate) return std::unexpected(mandate.error());
    if (mandate->pending != MandatePending::prenote_to_send) continue;
    const MandateChange sent{.kind = MandateEventKind::prenote_sent, .detail = {}};
    if (auto done = change(desk, *mandate, sent); !done) return std::unexpected(done.error());
  }
  return mandates->size();
}

Result<std::uint64_t> prenotes_settled(Desk& desk, const Id& batch, const CreditorAccount& account) {
  const auto mandates = prenote_mandates(desk, batch, true);
  if (!mandates) return std::unexpected(mandates.error());
  const auto rules = account_rules(desk.catalogue(), account);
  if (!rules) return std::unexpected(rules.error());
  const auto stored = find_batch(desk.scope(), batch);
  if (!stored) return std::unexpected(stored.error());
  require(stored->has_value(), "a batch whose claims were read exists");
  const auto settled_on = (*stored)->batch.collect_on;
  const auto first = first_debit_after_prenote(rules->calendar, settled_on, rules->collection.mandate);
  if (!first) return std::unexpected(first.error());
  std::uint64_t changed = 0;
  for (const auto& id : *mandates) {
    auto mandate = mandate_of(desk, id);
    if (!mandate) return std::unexpected(mandate.error());
    if (mandate->pending != MandatePending::prenote_sent) continue;
    const MandateChange settled{.kind = MandateEventKind::prenote_settled,
                                .detail = {},
                                .collected_on = settled_on,
                                .earliest_debit_on = *first,
                                // The payer's bank opened an instruction, which begins with a first collection.
                                .starts_anew = rules->collection.mandate.uses_sequence_types};
    if (auto done = change(desk, *mandate, settled); !done) return std::unexpected(done.error());
    ++changed;
  }
  return changed;
}

}  // namespace counterfoil
