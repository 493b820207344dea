#include "apps/operations/mandate_work.hpp"

#include <fmt/format.h>

#include "apps/operations/creditors.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "core/iban.hpp"
#include "core/modulus_check.hpp"
#include "core/number_form.hpp"
#include "core/require.hpp"
#include "store/creditor_accounts.hpp"
#include "store/payers.hpp"

namespace counterfoil {
namespace {

Result<Mandate> mandate_by_reference(Desk& desk, const std::string& reference, const std::string& label) {
  Id account;
  if (!label.empty()) {
    const auto named = creditor(desk, label);
    if (!named) return std::unexpected(named.error());
    account = named->id;
  }
  auto mandate = find_mandate(desk.scope(), reference, account);
  if (!mandate) return std::unexpected(mandate.error());
  if (*mandate) return std::move(**mandate);
  return std::unexpected(
      Error{.code = "mandate.unknown",
            .explanation = fmt::format("There is no mandate {}, or several accounts use that reference.", reference),
            .remedy = "See `counterfoil mandate list`; name the account with --creditor.",
            .kind = ErrorKind::usage});
}

Result<CreditorAccount> account_of(Desk& desk, const Mandate& mandate) {
  auto account = find_creditor_account(desk.scope(), mandate.creditor_account);
  if (!account) return std::unexpected(account.error());
  require(account->has_value(), "a mandate belongs to a creditor account");
  return std::move(**account);
}

bool is_already(const Mandate& mandate, MandateWish wish) {
  switch (wish) {
    case MandateWish::activate:
      return mandate.state == MandateState::active;
    case MandateWish::resume:
      return mandate.state == MandateState::active;
    case MandateWish::suspend:
      return mandate.state == MandateState::suspended;
    case MandateWish::end:
      return mandate.state == MandateState::ended;
    case MandateWish::prenote:
      return mandate.state == MandateState::pending;
    case MandateWish::amend:
      break;
  }
  return false;
}

MandateChange change_for(const MandateRequest& request) {
  MandateChange change;
  change.detail = request.why;
  switch (request.wish) {
    case MandateWish::activate:
      change.kind = MandateEventKind::activated;
      break;
    case MandateWish::suspend:
      change.kind = MandateEventKind::suspended;
      break;
    case MandateWish::resume:
      change.kind = MandateEventKind::resumed;
      break;
    case MandateWish::end:
      change.kind = MandateEventKind::ended;
      change.end = MandateEnd::ended_by_creditor;
      break;
    case MandateWish::prenote:
      change.kind = MandateEventKind::wait_begun;
      change.pending = MandatePending::prenote_to_send;
      break;
    case MandateWish::amend:
      change.kind = MandateEventKind::amended;
      break;
  }
  return change;
}

Result<MandateResult> change_in_transaction(Desk& desk, const MandateRequest& request) {
  auto mandate = mandate_by_reference(desk, request.reference, request.creditor);
  if (!mandate) return std::unexpected(mandate.error());
  if (is_already(*mandate, request.wish)) return MandateResult{std::move(*mandate), true};
  if (request.wish == MandateWish::amend) {
    const auto changed = amend_by_rules(desk, *mandate, request.data);
    if (!changed) return std::unexpected(changed.error());
    if (changed->empty()) return MandateResult{std::move(*mandate), true};
    const auto noted = desk.note("mandate.amended", "mandate", request.reference,
                                 request.why.empty() ? *changed : fmt::format("{}: {}", *changed, request.why));
    if (!noted) return std::unexpected(noted.error());
    return MandateResult{std::move(*mandate), false};
  }
  const auto event = apply(*mandate, change_for(request), desk.today());
  if (!event) return std::unexpected(event.error());
  if (auto saved = save_mandate(desk.scope(), *mandate, *event, desk.actor().name); !saved) {
    return std::unexpected(saved.error());
  }
  const auto noted = desk.note(fmt::format("mandate.{}", mandate_event_name(event->kind)), "mandate", request.reference,
                               event->detail);
  if (!noted) return std::unexpected(noted.error());
  return MandateResult{std::move(*mandate), false};
}

}  // namespace

Result<std::string> amend_by_rules(Desk& desk, Mandate& mandate, MandateData data) {
  const auto account = account_of(desk, mandate);
  if (!account) return std::unexpected(account.error());
  const auto rules = account_rules(desk.catalogue(), *account);
  if (!rules) return std::unexpected(rules.error());
  if (data.account && rules->collection.account == AccountCheck::iban_sepa) {
    auto iban = check_iban(*data.account);
    if (!iban) return std::unexpected(iban.error());
    data.account = std::move(*iban);
  }
  if ((data.account || data.bank) && rules->collection.account == AccountCheck::sort_code) {
    const auto tables = desk.modulus_tables();
    if (!tables) return std::unexpected(tables.error());
    auto read = check_british_account(data.bank ? *data.bank : mandate.bank,
                                      data.account ? *data.account : mandate.account, *tables);
    if (!read) return std::unexpected(read.error());
    data.account = std::move(read->account);
    data.bank = std::move(read->sort_code);
  }
  if (const auto digits = rules->scheme->manner.payer_account_digits; data.account && digits > 0) {
    if (auto sound = check_account_digits(*data.account, digits); !sound) return std::unexpected(sound.error());
  }
  const auto event = amend(mandate, data, rules->collection.mandate, desk.today());
  if (!event && event.error().code == "mandate.nothing-changed") return std::string{};
  if (!event) return std::unexpected(event.error());
  if (auto saved = save_mandate(desk.scope(), mandate, *event, desk.actor().name); !saved) {
    return std::unexpected(saved.error());
  }
  return event->detail;
}

Result<MandateResult> change_mandate(Desk& desk, const MandateRequest& request) {
  if (auto allowed = desk.may(Action::change_mandate); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "mandate-change", [&] { return change_in_transaction(desk, request); });
}

Result<MandateStory> explain_mandate(Desk& desk, const std::string& reference, const std::string& creditor) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  MandateStory story;
  auto mandate = mandate_by_reference(desk, reference, creditor);
  if (!mandate) return std::unexpected(mandate.error());
  story.mandate = std::move(*mandate);
  const auto account = account_of(desk, story.mandate);
  if (!account) return std::unexpected(account.error());
  story.creditor_label = account->label;
  const auto payer = find_payer(desk.scope(), story.mandate.payer);
  if (!payer) return std::unexpected(payer.error());
  if (*payer) story.payer_number = (*payer)->number;
  auto history = mandate_history(desk.scope(), story.mandate.id);
  if (!history) return std::unexpected(history.error());
  story.history = std::move(*history);
  const auto rules = account_rules(desk.catalogue(), *account);
  if (!rules) return std::unexpected(rules.error());
  story.next_sequence = sequence_type_code(next_sequence(story.mandate, rules->collection.mandate));
  story.last_valid_day = last_valid_day(story.mandate, rules->collection.mandate);
  return story;
}

}  // namespace counterfoil
