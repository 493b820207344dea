#include "apps/operations/party_edit.hpp"

#include <fmt/format.h>

#include <vector>

#include "apps/operations/creditor_file.hpp"
#include "apps/operations/creditors.hpp"
#include "apps/operations/mandate_work.hpp"
#include "apps/operations/scheme_rules.hpp"
#include "core/require.hpp"
#include "store/batches.hpp"
#include "store/claims.hpp"
#include "store/creditor_accounts.hpp"
#include "store/payers.hpp"

namespace counterfoil {
namespace {

/// Takes over what was given and is different; answers the names of those fields.
std::string take_fields(const PayerEdit& edit, Payer& payer) {
  std::string fields;
  const auto take = [&](const std::optional<std::string>& value, std::string& into, std::string_view name) {
    if (!value || *value == into) return;
    into = *value;
    fields += fmt::format("{}{}", fields.empty() ? "" : ", ", name);
  };
  take(edit.name, payer.name, "name");
  take(edit.email, payer.email, "e-mail");
  take(edit.street, payer.address.street, "street");
  take(edit.building, payer.address.building, "building");
  take(edit.postcode, payer.address.postcode, "postcode");
  take(edit.town, payer.address.town, "town");
  take(edit.country, payer.address.country, "country");
  return fields;
}

Result<void> check_payer(const Payer& payer) {
  const auto wrong = [](std::string explanation, std::string remedy) {
    return std::unexpected(Error{.code = "payer.value",
                                 .explanation = std::move(explanation),
                                 .remedy = std::move(remedy),
                                 .kind = ErrorKind::usage});
  };
  if (payer.name.empty()) return wrong("A payer has a name.", "Give the new name with --name.");
  const auto& country = payer.address.country;
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!country.empty() && !(country.size() == 2 && is_letter(country[0]) && is_letter(country[1]))) {
    return wrong("The country is not a code of two capital letters.", "Write it as ISO 3166 does, such as DE.");
  }
  return {};
}

Result<PayerEditResult> edit_payer_in_transaction(Desk& desk, const PayerEdit& edit) {
  auto found = find_payer(desk.scope(), edit.number);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return std::unexpected(Error{.code = "payer.unknown",
                                 .explanation = fmt::format("There is no payer {}.", edit.number),
                                 .remedy = "See `counterfoil payer list`.",
                                 .kind = ErrorKind::usage});
  }
  PayerEditResult result{.payer = std::move(**found)};
  const auto address_before = result.payer.address;
  auto fields = take_fields(edit, result.payer);
  if (auto sound = check_payer(result.payer); !sound) return std::unexpected(sound.error());
  if (!fields.empty()) {
    if (auto saved = update_payer(desk.scope(), result.payer); !saved) return std::unexpected(saved.error());
  }
  MandateData data{.account = edit.account, .bank = edit.bank, .same_bank = edit.same_bank};
  if (result.payer.address != address_before) data.address = result.payer.address;
  auto mandates = mandates_of_payer(desk.scope(), result.payer.id);
  if (!mandates) return std::unexpected(mandates.error());
  for (auto& mandate : *mandates) {
    if (mandate.state == MandateState::ended || (!data.account && !data.bank && !data.address)) continue;
    const auto changed = amend_by_rules(desk, mandate, data);
    if (!changed) return std::unexpected(changed.error());
    result.mandates_amended += changed->empty() ? 0 : 1;
  }
  result.already = fields.empty() && result.mandates_amended == 0;
  if (result.already) return result;
  if (result.mandates_amended > 0) {
    fields += fmt::format("{}{} mandates amended", fields.empty() ? "" : "; ", result.mandates_amended);
  }
  if (!edit.why.empty()) fields += fmt::format(": {}", edit.why);
  if (auto noted = desk.note("payer.edit", "payer", edit.number, fields); !noted) {
    return std::unexpected(noted.error());
  }
  return result;
}

/// Whatever is on its way to a bank was made with the old data and must stay as it was sealed.
Result<void> require_nothing_open(Desk& desk, const CreditorAccount& account, bool tells_banks) {
  for (const auto state : {BatchState::draft, BatchState::sealed, BatchState::approved, BatchState::released}) {
    const auto open = list_batches(desk.scope(), {.state = state, .creditor_account = account.id, .most = 1});
    if (!open) return std::unexpected(open.error());
    if (open->empty()) continue;
    return std::unexpected(Error{.code = "creditor.batches-open",
                                 .explanation = fmt::format("Batch {} of this account is {} and rests on the old data.",
                                                            open->front().number, batch_state_name(state)),
                                 .remedy = "Send it or void it first.",
                                 .kind = ErrorKind::refused});
  }
  if (!tells_banks) return {};
  const auto carried = creditor_changes_on_their_way(desk.scope(), account.id);
  if (!carried) return std::unexpected(carried.error());
  if (*carried == 0) return {};
  return std::unexpected(Error{
      .code = "creditor.change-on-its-way",
      .explanation = fmt::format("{} claims on their way still tell banks of the last change.", *carried),
      .remedy = "Wait until they are settled or came back.",
      .kind = ErrorKind::refused});
}

Result<std::uint64_t> tell_mandates(Desk& desk, const CreditorAccount& before, const CreditorAccount& after) {
  const auto rules = account_rules(desk.catalogue(), before);
  if (!rules) return std::unexpected(rules.error());
  if (!rules->collection.mandate.carries_amendments) return 0U;
  // Ids first, changes after: the walk is a cursor of the same conversation.
  std::vector<Id> used;
  const auto walked = visit_mandates(desk.scope(), {.creditor_account = before.id, .state = {}, .pending = {}}, [&](const Mandate& mandate) {
    if (mandate.used > 0 && mandate.state != MandateState::ended) used.push_back(mandate.id);
    return Result<void>{};
  });
  if (!walked) return std::unexpected(walked.error());
  for (const auto& id : used) {
    auto mandate = find_mandate(desk.scope(), id);
    if (!mandate) return std::unexpected(mandate.error());
    require(mandate->has_value(), "a mandate that was just read is there");
    const auto event = amend_creditor(**mandate, before.creditor_id == after.creditor_id ? "" : before.creditor_id,
                                      before.name == after.name ? "" : before.name, rules->collection.mandate,
                                      desk.today());
    if (!event) return std::unexpected(event.error());
    if (auto saved = save_mandate(desk.scope(), **mandate, *event, desk.actor().name); !saved) {
      return std::unexpected(saved.error());
    }
  }
  return used.size();
}

Result<CreditorEditResult> edit_creditor_in_transaction(Desk& desk, CreditorAccount asked) {
  auto found = find_creditor_account(desk.scope(), asked.label);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return std::unexpected(Error{.code = "creditor.unknown",
                                 .explanation = fmt::format("There is no creditor account labelled {}.", asked.label),
                                 .remedy = "See `counterfoil creditor list`, or add it with `counterfoil creditor add`.",
                                 .kind = ErrorKind::usage});
  }
  const auto& before = **found;
  asked.id = before.id;
  asked.version = before.version;
  if (asked == before) return CreditorEditResult{.account = before, .already = true};
  if (asked.scheme != before.scheme || asked.currency != before.currency || asked.account != before.account) {
    return std::unexpected(Error{.code = "creditor.fixed",
                                 .explanation = "Scheme, currency and account number of a creditor account do not change.",
                                 .remedy = "Add another creditor account, and import its mandates there.",
                                 .kind = ErrorKind::refused});
  }
  const bool tells_banks = asked.creditor_id != before.creditor_id || asked.name != before.name;
  if (auto free = require_nothing_open(desk, before, tells_banks); !free) return std::unexpected(free.error());
  CreditorEditResult result{.account = asked};
  if (tells_banks) {
    const auto told = tell_mandates(desk, before, asked);
    if (!told) return std::unexpected(told.error());
    result.mandates_amended = *told;
  }
  if (auto saved = update_creditor_account(desk.scope(), asked); !saved) return std::unexpected(saved.error());
  const auto noted = desk.note("creditor.edit", "creditor", asked.label,
                               fmt::format("{}{} mandates amended", tells_banks ? "name or identifier; " : "",
                                           result.mandates_amended));
  if (!noted) return std::unexpected(noted.error());
  return result;
}

}  // namespace

Result<PayerEditResult> edit_payer(Desk& desk, const PayerEdit& edit) {
  if (auto allowed = desk.may(Action::change_mandate); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "payer-edit", [&] { return edit_payer_in_transaction(desk, edit); });
}

Result<CreditorEditResult> edit_creditor(Desk& desk, const std::string& label, const std::string& file) {
  if (auto allowed = desk.may(Action::manage_accounts); !allowed) return std::unexpected(allowed.error());
  auto account = read_creditor_account(desk, label, file, {});
  if (!account) return std::unexpected(account.error());
  return in_one_transaction(desk, "creditor-edit",
                            [&] { return edit_creditor_in_transaction(desk, std::move(*account)); });
}

}  // namespace counterfoil
