#include "store/planning.hpp"

#include <fmt/format.h>

#include "store/claim_columns.hpp"
#include "store/mandate_columns.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

// A bill that names its mandate gets that one, of the account if there is one. Any other bill gets the payer's mandate
// of the account, the active one first; two active ones of the same account leave the choice to a person, so there is
// none.
//
// The last claim is the one that holds the bill, else the last that failed; a batch that was voided never presented it.
//
// Before anything has failed nobody looks for it: the claims this very plan writes would be passed over for each bill,
// under whatever index the planner took while there were none.
constexpr std::string_view plannable_sql = R"(
with default_mandate as materialized (
  select payer_id, id from (
    select m.payer_id, m.id,
           row_number() over (partition by m.payer_id order by (m.creditor_account_id = :account::uuid) desc,
                              (m.state = 'active') desc, m.reference, m.id) as place,
           count(*) filter (where m.creditor_account_id = :account::uuid and m.state = 'active')
             over (partition by m.payer_id) as active_here
    from mandate m where m.tenant_id = :tenant) x
  where place = 1 and active_here <= 1
),
any_failed as materialized (
  select exists (select 1 from claim_item i where i.tenant_id = :tenant and not i.holds) as is_there
)
select b.id, b.number, b.payer_id, b.mandate_reference, b.currency, b.amount_minor, b.due_on, b.period_from, b.period_to,
       b.notified_on, b.remittance, b.state, b.imported_by, coalesce(b.approved_by, ''), b.approved_on, b.version,
       coalesce(s.settled, 0), p.number, {mandate},
       c.id, coalesce(c.first_claim_id, c.id), {state}, c.attempt, e.reason, e.on_day,
       coalesce(fs.on_day, fc.collect_on), coalesce(fi.amount_minor, fc.amount_minor), r.claim_id is not null,
       coalesce(used.number, '')
from bill b
join payer p on p.tenant_id = b.tenant_id and p.id = b.payer_id
left join lateral (
  select sum(case when j.credit = 'receivable' then j.amount_minor else -j.amount_minor end)::bigint as settled
  from journal j where j.tenant_id = b.tenant_id and j.bill_id = b.id and j.purpose <> 'billed'
    and 'receivable' in (j.debit, j.credit)) s on true
left join mandate named on named.tenant_id = b.tenant_id and named.creditor_account_id = :account::uuid
  and named.reference = b.mandate_reference and named.payer_id = b.payer_id
left join lateral (
  select o.id from mandate o where named.id is null and b.mandate_reference <> '' and o.tenant_id = b.tenant_id
    and o.payer_id = b.payer_id and o.reference = b.mandate_reference order by o.id limit 1) elsewhere on true
left join default_mandate d on d.payer_id = b.payer_id and b.mandate_reference = ''
left join mandate m on m.tenant_id = b.tenant_id and m.id = coalesce(named.id, elsewhere.id, d.id)
left join claim_item held on held.tenant_id = b.tenant_id and held.bill_id = b.id and held.holds
left join lateral (
  select i.claim_id from claim_item i
  join claim ic on ic.tenant_id = i.tenant_id and ic.id = i.claim_id
  join batch ib on ib.tenant_id = ic.tenant_id and ib.id = ic.batch_id and ib.state <> 'voided'
  where held.claim_id is null and (select is_there from any_failed)
    and i.tenant_id = b.tenant_id and i.bill_id = b.id and not i.holds
  order by i.claim_id desc limit 1) failed on true
left join claim c on c.tenant_id = b.tenant_id and c.id = coalesce(held.claim_id, failed.claim_id)
left join batch ba on ba.tenant_id = c.tenant_id and ba.id = c.batch_id
left join lateral (
  select x.to_state, x.reason, x.on_day from claim_event x where x.tenant_id = c.tenant_id and x.claim_id = c.id
    and x.from_state <> x.to_state  -- A credit that comes after its return ends nothing.
  order by x.number desc limit 1) e on true
left join claim fc on fc.tenant_id = c.tenant_id and fc.id = coalesce(c.first_claim_id, c.id)
left join claim_item fi on fi.tenant_id = fc.tenant_id and fi.claim_id = fc.id and fi.bill_id = b.id
left join lateral (
  select x.on_day from claim_event x where x.tenant_id = fc.tenant_id and x.claim_id = fc.id and x.kind = 'settle'
  order by x.number limit 1) fs on true
left join lateral (
  select ub.number from claim uc
  join claim_item ui on ui.tenant_id = uc.tenant_id and ui.claim_id = uc.id and ui.holds
  join batch ub on ub.tenant_id = uc.tenant_id and ub.id = uc.batch_id
  where (m.one_off or m.final_next) and uc.tenant_id = m.tenant_id and uc.mandate_id = m.id and uc.uses_up_mandate
  limit 1) used on true
left join claim_repair r on r.tenant_id = c.tenant_id and r.claim_id = c.id
where b.tenant_id = :tenant and {which} and b.amount_minor > coalesce(s.settled, 0) {others} {order})";

constexpr std::string_view due_bills =
    "b.due_on <= :due_to::date and (:due_from::date is null or b.due_on >= :due_from::date) "
    "and b.state in ('imported', 'approved')";
constexpr std::string_view named_bill = "b.number = :number";

Result<bool> combines_bills(const Scope& scope, const Id& account) {
  auto row = scope.session.first_row<bool>(
      "select combine_bills from creditor_account where tenant_id = :tenant and id = :account",
      {{"tenant", scope.tenant}, {"account", account}});
  if (!row) return std::unexpected(row.error());
  return *row && std::get<0>(**row);
}

void read_plannable_bill(const Stream& stream, Bill& bill) {
  bill.id = stream.id(0);
  bill.number = stream.text(1);
  bill.payer = stream.id(2);
  bill.mandate_reference = stream.text(3);
  bill.currency = stored_currency(stream.text(4));
  bill.amount_minor = stream.integer(5);
  bill.due_on = stream.date(6).value_or(Date{});
  bill.period_from = stream.date(7);
  bill.period_to = stream.date(8);
  bill.notified_on = stream.date(9);
  bill.text = stream.text(10);
  bill.state = stored_name(parse_bill_state(stream.text(11)));
  bill.imported_by = stream.text(12);
  bill.approved_by = stream.text(13);
  bill.approved_on = stream.date(14);
  bill.version = static_cast<std::uint32_t>(stream.integer(15));
  const bool is_given_up = bill.state == BillState::cancelled || bill.state == BillState::written_off;
  bill.open_minor = is_given_up ? 0 : bill.amount_minor - stream.integer(16);
}

constexpr int payer_number_column = 17;
constexpr int first_mandate_column = 18;
constexpr int first_claim_column = first_mandate_column + mandate_column_count;
constexpr int used_up_column = first_claim_column + 9;

EarlierClaim earlier_of(const Stream& stream) {
  const int first = first_claim_column;
  return {.state = stored_name(parse_claim_state(stream.text(first + 2))),
          .attempts = static_cast<std::uint32_t>(stream.integer(first + 3)),
          .reason = stream.text(first + 4),
          .ended_on = stream.date(first + 5),
          .first_settled_on = stream.date(first + 6),
          .first_amount_minor = stream.integer(first + 7),
          .repaired = stream.boolean(first + 8)};
}

}  // namespace

Result<void> visit_plannable(const Scope& scope, const PlannableQuery& query, const Visitor<PlannableBill>& visit) {
  auto combines = combines_bills(scope, query.creditor_account);
  if (!combines) return std::unexpected(combines.error());
  const bool is_one = !query.bill_number.empty();
  const std::string sql = fmt::format(
      fmt::runtime(plannable_sql), fmt::arg("mandate", mandate_columns),
      fmt::arg("state", "coalesce(e.to_state, claim_state_of_batch(ba.state))"),
      fmt::arg("which", is_one ? named_bill : due_bills),
      fmt::arg("others", query.with_other_accounts || is_one ? "" : "and m.creditor_account_id = :account::uuid"),
      // A million wide rows are only sorted where bills of one mandate have to meet.
      fmt::arg("order", *combines ? "order by m.id, b.due_on, b.number" : ""));
  std::vector<SqlParameter> parameters{{"tenant", scope.tenant}, {"account", query.creditor_account}};
  if (is_one) {
    parameters.push_back({"number", query.bill_number});
  } else {
    parameters.push_back({"due_to", query.due_to});
    parameters.push_back({"due_from", query.due_from});
  }
  auto stream = stream_beside_writing(scope, sql, parameters);
  if (!stream) return std::unexpected(stream.error());
  Bill bill;
  Mandate mandate;
  EarlierClaim earlier;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    PlannableBill row;
    read_plannable_bill(*stream, bill);
    row.bill = &bill;
    row.payer_number = stream->text(payer_number_column);
    if (!stream->is_null(first_mandate_column)) {
      if (auto read = read_mandate(scope, *stream, first_mandate_column, mandate); !read) return read;
      row.mandate = &mandate;
    }
    row.mandate_used_up_by = stream->text(used_up_column);
    if (!stream->is_null(first_claim_column)) {
      earlier = earlier_of(*stream);
      row.earlier = &earlier;
      row.earlier_claim = stream->id(first_claim_column);
      row.first_claim = stream->id(first_claim_column + 1);
    }
    if (auto seen = visit(row); !seen) return seen;
  }
}

Result<void> mark_repaired(const Scope& scope, const Id& claim, std::string_view operator_name, std::string_view how) {
  auto marked = scope.session.run(
      "insert into claim_repair (tenant_id, claim_id, operator_name, how) values (:tenant, :claim, :operator, :how) "
      "on conflict (tenant_id, claim_id) do nothing",
      {{"tenant", scope.tenant}, {"claim", claim}, {"operator", operator_name}, {"how", how}});
  if (!marked) return std::unexpected(marked.error());
  return {};
}

}  // namespace counterfoil
