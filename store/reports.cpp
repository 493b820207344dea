#include "store/reports.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/claim_columns.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

Result<std::vector<OutcomeLine>> report_batch_outcome(const Scope& scope, const Id& batch) {
  auto rows = scope.session.rows<std::string, std::uint64_t, std::int64_t>(
      fmt::format("select {}, count(*), sum(c.amount_minor)::bigint from claim c {} "
                  "where c.tenant_id = :tenant and c.batch_id = :batch group by 1",
                  claim_state_sql, claim_joins),
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<OutcomeLine> lines;
  for (const auto& [state, count, sum] : *rows) lines.push_back({stored_name(parse_claim_state(state)), count, sum});
  std::ranges::sort(lines, {}, &OutcomeLine::state);
  return lines;
}

Result<std::vector<ReasonLine>> report_returns(const Scope& scope, std::optional<Date> from, std::optional<Date> to) {
  auto rows = scope.session.rows<std::string, std::string, std::string, std::uint64_t, std::string, std::int64_t>(
      "select a.scheme, e.reason, e.kind, count(*), c.currency, "
      "sum(case when e.amount_minor > 0 then e.amount_minor else c.amount_minor end)::bigint from claim_event e "
      "join claim c on c.tenant_id = e.tenant_id and c.id = e.claim_id "
      "join creditor_account a on a.tenant_id = c.tenant_id and a.id = c.creditor_account_id "
      "where e.tenant_id = :tenant and e.to_state in ('rejected', 'returned', 'refunded') and e.kind <> 'settle' "
      "and (:from::date is null or e.on_day >= :from::date) and (:to::date is null or e.on_day <= :to::date) "
      "group by a.scheme, e.reason, e.kind, c.currency order by count(*) desc, a.scheme, e.reason, e.kind",
      {{"tenant", scope.tenant}, {"from", from}, {"to", to}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<ReasonLine> lines;
  for (auto& [scheme, reason, event, count, currency, sum] : *rows) {
    lines.push_back({std::move(scheme), std::move(reason), std::move(event), count, stored_currency(currency), sum});
  }
  return lines;
}

Result<DebitsAndReturns> report_debits_and_returns(const Scope& scope, const Id& creditor_account, Date from, Date to) {
  auto sent = scope.session.first_row<std::uint64_t>(
      "select count(*) from claim c join batch b on b.tenant_id = c.tenant_id and b.id = c.batch_id "
      "where c.tenant_id = :tenant and c.creditor_account_id = :account and not c.is_prenote "
      "and b.state in ('sent', 'acknowledged', 'closed') and c.collect_on between :from::date and :to::date",
      {{"tenant", scope.tenant}, {"account", creditor_account}, {"from", from}, {"to", to}});
  if (!sent) return std::unexpected(sent.error());
  // A claim that came back, was dishonored and came back again is one debit.
  auto rows = scope.session.rows<std::string, std::uint64_t>(
      "select e.reason, count(distinct e.claim_id) from claim_event e "
      "join claim c on c.tenant_id = e.tenant_id and c.id = e.claim_id "
      "where e.tenant_id = :tenant and c.creditor_account_id = :account and not c.is_prenote "
      "and e.to_state in ('returned', 'refunded') and e.kind <> 'settle' "
      "and e.on_day between :from::date and :to::date group by e.reason order by e.reason",
      {{"tenant", scope.tenant}, {"account", creditor_account}, {"from", from}, {"to", to}});
  if (!rows) return std::unexpected(rows.error());
  DebitsAndReturns both{.sent = std::get<0>(**sent), .returned = {}};
  for (auto& [reason, count] : *rows) both.returned.push_back({std::move(reason), count});
  return both;
}

Result<void> report_unmatched(const Scope& scope, const Visitor<UnmatchedLine>& visit) {
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  auto stream = scope.session.stream(
      "select f.file_name, e.position, e.line, e.reference, e.outcome, coalesce(e.reason, e.status), e.currency, "
      "e.amount_minor, x.number, x.main_class from exception_case x "
      "join bank_file f on f.tenant_id = x.tenant_id and f.id = x.file_id "
      "join bank_entry e on e.tenant_id = x.tenant_id and e.file_id = x.file_id and e.position = x.position "
      "where x.tenant_id = :tenant and x.state = 'open' and x.claim_id is null and x.batch_id is null "
      "order by f.received_at, f.id, e.position",
      {{"tenant", scope.tenant}});
  if (!stream) return std::unexpected(stream.error());
  UnmatchedLine line;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    line.file_name = stream->text(0);
    line.position = static_cast<std::uint32_t>(stream->integer(1));
    line.line = static_cast<std::uint32_t>(stream->integer(2));
    line.reference = stream->text(3);
    line.outcome = stream->text(4);
    line.reason = stream->text(5);
    line.currency = stream->text(6).empty() ? Currency{} : stored_currency(stream->text(6));
    line.amount_minor = stream->integer(7);
    line.exception_number = stream->text(8);
    line.main_class = stream->text(9);
    if (auto seen = visit(line); !seen) return seen;
  }
}

Result<std::vector<MonthLine>> report_months(const Scope& scope) {
  auto rows = scope.session.rows<std::string, std::string, std::uint64_t, std::int64_t, std::int64_t, std::int64_t,
                                 std::int64_t>(
      "select to_char(b.due_on, 'YYYY-MM') as month, b.currency, count(*), sum(b.amount_minor)::bigint, "
      "coalesce(sum(j.collected), 0)::bigint, coalesce(sum(j.returned), 0)::bigint, "
      "sum(case when b.state in ('imported', 'approved') then b.amount_minor - coalesce(j.settled, 0) else 0 "
      "end)::bigint "
      "from bill b left join (select bill_id, "
      "sum(case when debit = 'bank' then amount_minor else 0 end) as collected, "
      "sum(case when credit = 'bank' then amount_minor else 0 end) as returned, "
      "sum(case when credit = 'receivable' then amount_minor when debit = 'receivable' then -amount_minor else 0 end) "
      "as settled from journal where tenant_id = :tenant and purpose <> 'billed' and bill_id is not null group by "
      "bill_id) j "
      "on j.bill_id = b.id where b.tenant_id = :tenant and b.state <> 'cancelled' "
      "group by 1, 2 order by 1, 2",
      {{"tenant", scope.tenant}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<MonthLine> lines;
  for (auto& [month, currency, bills, billed, collected, returned, open] : *rows) {
    lines.push_back({std::move(month), stored_currency(currency), bills, billed, collected, returned, open});
  }
  return lines;
}

Result<Overview> overview(const Scope& scope) {
  auto row =
      scope.session.first_row<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t,
                              std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>(
          "select (select count(*) from payer where tenant_id = :tenant), "
          "(select count(*) from mandate where tenant_id = :tenant and state = 'active'), "
          "(select count(*) from bill where tenant_id = :tenant and state = 'imported'), "
          "(select count(*) from bill b where tenant_id = :tenant and state = 'approved' and b.amount_minor > "
          "coalesce((select "
          "sum(case when credit = 'receivable' then amount_minor else -amount_minor end) from journal j "
          "where j.tenant_id = b.tenant_id and j.bill_id = b.id and j.purpose <> 'billed' "
          "and 'receivable' in (j.debit, j.credit)), 0)), "
          "(select count(*) from batch where tenant_id = :tenant and state = 'draft'), "
          "(select count(*) from batch where tenant_id = :tenant and state = 'sealed'), "
          "(select count(*) from batch where tenant_id = :tenant and state = 'approved'), "
          "(select count(*) from outbox where tenant_id = :tenant and state = 'waiting'), "
          "(select count(*) from outbox where tenant_id = :tenant and state = 'unknown'), "
          "(select count(*) from exception_case where tenant_id = :tenant and state = 'open'), "
          "(select count(*) from bank_file where tenant_id = :tenant), "
          "(select count(*) from bank_file where tenant_id = :tenant and state = 'quarantined')",
          {{"tenant", scope.tenant}});
  if (!row) return std::unexpected(row.error());
  Overview view;
  std::tie(view.payers, view.mandates_active, view.bills_to_approve, view.bills_open, view.batches_draft,
           view.batches_sealed, view.batches_approved, view.outbox_waiting, view.outbox_unknown, view.exceptions_open,
           view.bank_files, view.bank_files_quarantined) = **row;
  return view;
}

}  // namespace counterfoil
