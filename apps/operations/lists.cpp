#include "apps/operations/lists.hpp"

#include <fmt/format.h>

#include "apps/operations/batch_seal.hpp"
#include "apps/operations/creditors.hpp"
#include "store/creditor_accounts.hpp"

namespace counterfoil {
namespace {

/// Checks that the operator may look and opens the snapshot everything is read in.
Result<Transaction> look(Desk& desk) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return desk.session().begin_read_only();
}

std::unexpected<Error> unknown(std::string code, std::string explanation, std::string remedy) {
  return std::unexpected(Error{std::move(code), std::move(explanation), std::move(remedy), {}, ErrorKind::usage});
}

}  // namespace

Result<void> each_payer(Desk& desk, std::uint64_t most, const Visitor<Payer>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  return visit_payers(desk.scope(), visit, {}, most);
}

Result<Payer> payer_by_number(Desk& desk, const std::string& number) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  auto payer = find_payer(desk.scope(), number);
  if (!payer) return std::unexpected(payer.error());
  if (*payer) return std::move(**payer);
  return unknown("payer.unknown", fmt::format("There is no payer {}.", number), "See `counterfoil payer list`.");
}

Result<std::vector<Mandate>> mandates_of(Desk& desk, const Payer& payer) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return mandates_of_payer(desk.scope(), payer.id);
}

Result<void> each_mandate(Desk& desk, const std::string& creditor_label, const MandateFilter& filter,
                          const Visitor<Mandate>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  auto wanted = filter;
  if (!creditor_label.empty()) {
    const auto account = creditor(desk, creditor_label);
    if (!account) return std::unexpected(account.error());
    wanted.creditor_account = account->id;
  }
  return visit_mandates(desk.scope(), wanted, visit);
}

Result<void> each_bill(Desk& desk, const BillFilter& filter, const Visitor<Bill>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  return visit_bills(desk.scope(), filter, visit);
}

Result<std::vector<StoredBatch>> batches(Desk& desk, const BatchFilter& filter) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return list_batches(desk.scope(), filter);
}

Result<BatchStory> explain_batch(Desk& desk, const std::string& number) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  BatchStory story;
  auto batch = batch_by_number(desk, number);
  if (!batch) return std::unexpected(batch.error());
  story.batch = std::move(*batch);
  const auto& id = story.batch.batch.id;
  auto file = sealed_file_of_batch(desk.scope(), id);
  if (!file) return std::unexpected(file.error());
  story.file = std::move(*file);
  if (story.file) {
    auto item = find_outbox(desk.scope(), story.file->id);
    if (!item) return std::unexpected(item.error());
    story.outbox = std::move(*item);
  }
  auto history = batch_history(desk.scope(), id);
  if (!history) return std::unexpected(history.error());
  story.history = std::move(*history);
  auto outcome = report_batch_outcome(desk.scope(), id);
  if (!outcome) return std::unexpected(outcome.error());
  story.outcome = std::move(*outcome);
  const auto counted = visit_left_out(desk.scope(), id, [&](const LeftOutBill&) -> Result<void> {
    ++story.left_out;
    return {};
  });
  if (!counted) return std::unexpected(counted.error());
  return story;
}

Result<void> each_claim(Desk& desk, const StoredBatch& batch, const Visitor<ClaimRow>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  return visit_claims(desk.scope(), batch.batch.id, visit, true);
}

Result<void> each_left_out(Desk& desk, const StoredBatch& batch, const Visitor<LeftOutBill>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  return visit_left_out(desk.scope(), batch.batch.id, visit);
}

Result<std::vector<BankFile>> bank_files(Desk& desk, std::uint64_t most) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return list_bank_files(desk.scope(), most);
}

Result<void> each_match(Desk& desk, const MatchFilter& filter, const Visitor<MatchRow>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  return visit_matches(desk.scope(), filter, visit);
}

Result<ClaimStory> explain_claim(Desk& desk, const std::string& reference) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  auto claim = find_claim(desk.scope(), std::string_view{reference});
  if (!claim) return std::unexpected(claim.error());
  if (!*claim) {
    return unknown("claim.unknown", fmt::format("There is no claim with the reference {}.", reference),
                   "See `counterfoil batch show BATCH --claims`.");
  }
  ClaimStory story{.claim = std::move(**claim), .history = {}, .matches = {}};
  auto history = claim_history(desk.scope(), story.claim.id);
  if (!history) return std::unexpected(history.error());
  story.history = std::move(*history);
  MatchFilter filter;
  filter.claim = story.claim.id;
  const auto walked = visit_matches(desk.scope(), filter, [&](const MatchRow& row) -> Result<void> {
    story.matches.push_back(row);
    return {};
  });
  if (!walked) return std::unexpected(walked.error());
  return story;
}

Result<std::vector<ReasonLine>> returns_by_reason(Desk& desk, std::optional<Date> from, std::optional<Date> to) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return report_returns(desk.scope(), from, to);
}

Result<std::vector<AccountRates>> return_rates_of_accounts(Desk& desk, const std::string& creditor_label, Date to) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  std::vector<CreditorAccount> accounts;
  if (creditor_label.empty()) {
    auto all = list_creditor_accounts(desk.scope());
    if (!all) return std::unexpected(all.error());
    accounts = std::move(*all);
  } else {
    auto one = creditor(desk, creditor_label);
    if (!one) return std::unexpected(one.error());
    accounts.push_back(std::move(*one));
  }
  std::vector<AccountRates> of_accounts;
  for (const CreditorAccount& account : accounts) {
    const Scheme* scheme = desk.catalogue().find(account.scheme);
    const auto days = scheme == nullptr ? std::nullopt : scheme->number("return_rate_days");
    if (!days) continue;
    const Date from = to - std::chrono::days{*days - 1};
    const auto counted = report_debits_and_returns(desk.scope(), account.id, from, to);
    if (!counted) return std::unexpected(counted.error());
    of_accounts.push_back({account.label, from, to, return_rates(*scheme, counted->sent, counted->returned)});
  }
  return of_accounts;
}

Result<void> each_unmatched(Desk& desk, const Visitor<UnmatchedLine>& visit) {
  const auto snapshot = look(desk);
  if (!snapshot) return std::unexpected(snapshot.error());
  return report_unmatched(desk.scope(), visit);
}

Result<std::vector<MonthLine>> months(Desk& desk) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return report_months(desk.scope());
}

}  // namespace counterfoil
