#include "store/journal.hpp"

#include <array>

#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::array<std::string_view, 6> account_names{"receivable",   "income", "bank",
                                                        "bank-charges", "loss",   "suspense"};

BookAccount account_of(std::string_view name) {
  for (std::size_t i = 0; i < account_names.size(); ++i) {
    if (account_names[i] == name) return static_cast<BookAccount>(i);
  }
  return stored_name(std::optional<BookAccount>{});
}

}  // namespace

std::string_view book_account_name(BookAccount account) { return account_names[static_cast<std::size_t>(account)]; }

Result<void> insert_journal(const Scope& scope, const JournalRow& row) {
  auto made = scope.session.run(
      "insert into journal (tenant_id, source_id, step, line, on_day, debit, credit, currency, amount_minor, bill_id, "
      "claim_id, purpose) values (:tenant, :source, :step, :line, :on, :debit, :credit, :currency, :amount, :bill, "
      ":claim, "
      ":purpose)",
      {{"tenant", scope.tenant},
       {"source", row.source},
       {"step", row.step},
       {"line", row.line},
       {"on", row.on},
       {"debit", book_account_name(row.debit)},
       {"credit", book_account_name(row.credit)},
       {"currency", row.currency.code()},
       {"amount", row.amount_minor},
       {"bill", SqlValue::id_or_null(row.bill)},
       {"claim", SqlValue::id_or_null(row.claim)},
       {"purpose", row.purpose}});
  if (!made) return std::unexpected(made.error());
  return {};
}

Result<std::vector<BookBalance>> book_balances(const Scope& scope) {
  auto rows = scope.session.rows<std::string, std::string, std::int64_t, std::int64_t>(
      "select account, currency, sum(debit)::bigint, sum(credit)::bigint from ("
      "select debit as account, currency, amount_minor as debit, 0 as credit from journal where tenant_id = :tenant "
      "union all select credit, currency, 0, amount_minor from journal where tenant_id = :tenant) sides "
      "group by account, currency order by currency, account",
      {{"tenant", scope.tenant}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<BookBalance> balances;
  for (const auto& [account, currency, debit, credit] : *rows) {
    balances.push_back({account_of(account), stored_currency(currency), debit, credit});
  }
  return balances;
}

Result<std::vector<JournalRow>> journal_of_bill(const Scope& scope, const Id& bill) {
  auto rows = scope.session.rows<Id, std::uint64_t, std::uint32_t, Date, std::string, std::string, std::string,
                                 std::int64_t, std::optional<Id>, std::string>(
      "select source_id, step, line, on_day, debit, credit, currency, amount_minor, claim_id, purpose from journal "
      "where tenant_id = :tenant and (source_id = :bill or (bill_id = :bill and purpose <> 'billed')) "
      "order by on_day, source_id, step, line",
      {{"tenant", scope.tenant}, {"bill", bill}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<JournalRow> journal;
  for (auto& [source, step, line, on, debit, credit, currency, amount, claim, purpose] : *rows) {
    journal.push_back({.source = source,
                       .step = step,
                       .line = line,
                       .on = on,
                       .debit = account_of(debit),
                       .credit = account_of(credit),
                       .currency = stored_currency(currency),
                       .amount_minor = amount,
                       .bill = bill,
                       .claim = claim.value_or(Id{}),
                       .purpose = std::move(purpose)});
  }
  return journal;
}

Result<std::int64_t> open_amount_of_bill(const Scope& scope, const Id& bill) {
  auto row = scope.session.first_row<std::int64_t>(
      "select b.amount_minor - coalesce(sum(case when j.credit = 'receivable' then j.amount_minor else -j.amount_minor "
      "end), 0)"
      "::bigint from bill b left join journal j on j.tenant_id = b.tenant_id "
      "and j.bill_id = b.id and j.purpose <> 'billed' and 'receivable' in (j.debit, j.credit) "
      "where b.tenant_id = :tenant and b.id = :bill group by b.tenant_id, b.id",
      {{"tenant", scope.tenant}, {"bill", bill}});
  if (!row) return std::unexpected(row.error());
  return *row ? std::get<0>(**row) : 0;
}

}  // namespace counterfoil
