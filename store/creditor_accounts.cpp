#include "store/creditor_accounts.hpp"

#include <fmt/format.h>

#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view table = "creditor_account";

Result<void> save_settings(const Scope& scope, const CreditorAccount& account) {
  auto gone = scope.session.run(
      "delete from creditor_account_setting where tenant_id = :tenant and creditor_account_id = :account",
      {{"tenant", scope.tenant}, {"account", account.id}});
  if (!gone) return std::unexpected(gone.error());
  for (const auto& [name, value] : account.settings) {
    auto saved = scope.session.run(
        "insert into creditor_account_setting (tenant_id, creditor_account_id, name, value) "
        "values (:tenant, :account, :name, :value)",
        {{"tenant", scope.tenant}, {"account", account.id}, {"name", name}, {"value", value}});
    if (!saved) return std::unexpected(saved.error());
  }
  return {};
}

Result<void> read_settings(const Scope& scope, CreditorAccount& account) {
  auto rows = scope.session.rows<std::string, std::string>(
      "select name, value from creditor_account_setting where tenant_id = :tenant and creditor_account_id = :account",
      {{"tenant", scope.tenant}, {"account", account.id}});
  if (!rows) return std::unexpected(rows.error());
  for (auto& [name, value] : *rows) account.settings.insert_or_assign(std::move(name), std::move(value));
  return {};
}

std::vector<SqlParameter> parameters_of(const Scope& scope, const CreditorAccount& account) {
  const auto sealed = seal_account(scope, account.account, table, account.id);
  return {{"tenant", scope.tenant},
          {"id", account.id},
          {"label", account.label},
          {"name", account.name},
          {"scheme", account.scheme},
          {"format", account.format},
          {"profile", account.profile},
          {"instrument", account.instrument},
          {"calendar", account.calendar},
          {"currency", account.currency.code()},
          {"account_key", sealed.sealed.key_id},
          {"account_sealed", SqlValue::bytes(sealed.sealed.bytes)},
          {"account_blind", SqlValue::bytes(blind_index_bytes(sealed.blind))},
          {"account_last4", sealed.last4},
          {"bank", account.bank},
          {"creditor_id", account.creditor_id},
          {"lead", account.lead_bank_days},
          {"notice", account.notice_days},
          {"cut_off", account.cut_off_minute},
          {"time_zone", account.time_zone},
          {"first_as", sequence_type_code(account.first_as)},
          {"combine", account.combine_bills},
          {"most", account.most_minor},
          {"charges_within", account.charges_within_booking},
          {"version", account.version}};
}

Result<std::vector<CreditorAccount>> select_accounts(const Scope& scope, std::string_view condition,
                                                     const SqlValue& value) {
  auto rows = scope.session.rows<Id, std::string, std::string, std::string, std::string, std::string, std::string,
                                 std::string, std::string, std::int64_t, SqlBytes, std::string, std::string,
                                 std::int32_t, std::int32_t, std::int32_t, std::string, std::string, bool, std::int64_t,
                                 std::uint32_t, bool>(
      fmt::format(
          "select id, label, name, scheme, format, profile, instrument, calendar, currency, account_key, "
          "account_sealed, bank, creditor_id, lead_bank_days, notice_days, cut_off_minute, time_zone, first_as, "
          "combine_bills, most_minor, version, charges_within_booking from creditor_account where tenant_id = :tenant and {} order by label",
          condition),
      {{"tenant", scope.tenant}, {"value", value}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<CreditorAccount> accounts;
  for (auto& row : *rows) {
    CreditorAccount account;
    std::string currency, first_as;
    std::int64_t key = 0;
    SqlBytes sealed;
    std::int32_t cut_off = 0;
    std::tie(account.id, account.label, account.name, account.scheme, account.format, account.profile,
             account.instrument, account.calendar, currency, key, sealed, account.bank, account.creditor_id,
             account.lead_bank_days, account.notice_days, cut_off, account.time_zone, first_as, account.combine_bills,
             account.most_minor, account.version, account.charges_within_booking) = std::move(row);
    account.currency = stored_currency(currency);
    account.first_as = stored_sequence(first_as);
    account.cut_off_minute = static_cast<std::uint16_t>(cut_off);
    auto open = open_account(scope, key, sealed.bytes, table, "account", account.id);
    if (!open) return std::unexpected(open.error());
    account.account = std::move(*open);
    if (auto read = read_settings(scope, account); !read) return std::unexpected(read.error());
    accounts.push_back(std::move(account));
  }
  return accounts;
}

Result<std::optional<CreditorAccount>> first_account(const Scope& scope, std::string_view condition,
                                                     const SqlValue& value) {
  auto accounts = select_accounts(scope, condition, value);
  if (!accounts) return std::unexpected(accounts.error());
  if (accounts->empty()) return std::optional<CreditorAccount>{};
  return std::optional{std::move(accounts->front())};
}

}  // namespace

Result<void> insert_creditor_account(const Scope& scope, const CreditorAccount& account) {
  auto parameters = parameters_of(scope, account);
  auto made = scope.session.run(
      "insert into creditor_account (tenant_id, id, label, name, scheme, format, profile, instrument, calendar, "
      "currency, "
      "account_key, account_sealed, account_blind, account_last4, bank, creditor_id, lead_bank_days, notice_days, "
      "cut_off_minute, time_zone, first_as, combine_bills, most_minor, charges_within_booking, version) values (:tenant, :id, :label, :name, "
      ":scheme, :format, :profile, :instrument, :calendar, :currency, :account_key, :account_sealed, :account_blind, "
      ":account_last4, :bank, :creditor_id, :lead, :notice, :cut_off, :time_zone, :first_as, :combine, :most, "
      ":charges_within, :version)",
      parameters);
  if (!made) return std::unexpected(made.error());
  auto counters = scope.session.run(
      "insert into creditor_counter (tenant_id, creditor_account_id, name) "
      "select :tenant, :id, unnest(array['file', 'trace'])",
      {{"tenant", scope.tenant}, {"id", account.id}});
  if (!counters) return std::unexpected(counters.error());
  return save_settings(scope, account);
}

Result<void> update_creditor_account(const Scope& scope, const CreditorAccount& account) {
  auto changed = scope.session.run(
      "update creditor_account set label = :label, name = :name, scheme = :scheme, format = :format, profile = "
      ":profile, "
      "instrument = :instrument, calendar = :calendar, currency = :currency, account_key = :account_key, "
      "account_sealed = :account_sealed, account_blind = :account_blind, account_last4 = :account_last4, bank = :bank, "
      "creditor_id = :creditor_id, lead_bank_days = :lead, notice_days = :notice, cut_off_minute = :cut_off, "
      "time_zone = :time_zone, first_as = :first_as, combine_bills = :combine, most_minor = :most, "
      "charges_within_booking = :charges_within, version = version + "
      "1 "
      "where tenant_id = :tenant and id = :id and version = :version",
      parameters_of(scope, account));
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 0) return std::unexpected(stale("creditor account"));
  return save_settings(scope, account);
}

Result<std::optional<CreditorAccount>> find_creditor_account(const Scope& scope, std::string_view label) {
  return first_account(scope, "label = :value", label);
}

Result<std::optional<CreditorAccount>> find_creditor_account(const Scope& scope, const Id& id) {
  return first_account(scope, "id = :value::uuid", id);
}

Result<std::vector<CreditorAccount>> list_creditor_accounts(const Scope& scope) {
  return select_accounts(scope, ":value::text is null", std::nullopt);
}

Result<std::uint64_t> take_numbers(const Scope& scope, const Id& creditor_account, Counter counter,
                                   std::uint64_t count) {
  require(scope.session.is_in_transaction(), "Numbers are taken in the transaction that uses them.");
  auto row = scope.session.first_row<std::uint64_t>(
      "update creditor_counter set next_number = next_number + :count "
      "where tenant_id = :tenant and creditor_account_id = :account and name = :name returning next_number - :count",
      {{"count", count},
       {"tenant", scope.tenant},
       {"account", creditor_account},
       {"name", counter == Counter::file ? "file" : "trace"}});
  if (!row) return std::unexpected(row.error());
  require(row->has_value(), "A creditor account has its counters.");
  return std::get<0>(**row);
}

}  // namespace counterfoil
