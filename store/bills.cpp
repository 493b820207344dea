#include "store/bills.hpp"

#include <fmt/format.h>

#include "store/journal.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

// What came in for a bill or was given up: the credits of the receivable account less what came back.
constexpr std::string_view settled_of_bill =
    "coalesce((select sum(case when j.credit = 'receivable' then j.amount_minor else -j.amount_minor end)::bigint "
    "from journal j where j.tenant_id = b.tenant_id and j.bill_id = b.id "
    "and 'receivable' in (j.debit, j.credit) and j.purpose <> 'billed'), 0)";

constexpr std::string_view columns =
    "b.id, b.number, b.payer_id, b.mandate_reference, b.currency, b.amount_minor, b.due_on, b.period_from, "
    "b.period_to, "
    "b.notified_on, b.remittance, b.state, b.imported_by, coalesce(b.approved_by, ''), b.approved_on, b.version";

constexpr std::string_view filter_sql =
    "b.tenant_id = :tenant and (:state::text is null or b.state = :state) "
    "and (:due_from::date is null or b.due_on >= :due_from::date) and (:due_to::date is null or b.due_on <= "
    ":due_to::date) "
    "and (:payer::uuid is null or b.payer_id = :payer::uuid) "
    "and (:import_run::uuid is null or b.import_run_id = :import_run::uuid)";

std::vector<SqlParameter> filter_parameters(const Scope& scope, const BillFilter& filter) {
  return {{"tenant", scope.tenant},
          {"state", filter.state ? SqlValue{bill_state_name(*filter.state)} : SqlValue{std::nullopt}},
          {"due_from", filter.due_from},
          {"due_to", filter.due_to},
          {"payer", SqlValue::id_or_null(filter.payer)},
          {"import_run", SqlValue::id_or_null(filter.import_run)}};
}

std::int64_t open_of(BillState state, std::int64_t amount, std::int64_t settled) {
  const bool is_given_up = state == BillState::cancelled || state == BillState::written_off;
  return is_given_up ? 0 : amount - settled;
}

// The columns above, then what came in.
void read_bill(const Stream& stream, Bill& bill) {
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
  bill.open_minor = open_of(bill.state, bill.amount_minor, stream.integer(16));
  bill.charges.clear();
}

Result<void> read_charges(const Scope& scope, Bill& bill) {
  auto rows = scope.session.rows<std::string, std::string, std::int64_t>(
      "select kind, description, amount_minor from bill_charge where tenant_id = :tenant and bill_id = :bill order by "
      "number",
      {{"tenant", scope.tenant}, {"bill", bill.id}});
  if (!rows) return std::unexpected(rows.error());
  for (auto& [kind, text, amount] : *rows) bill.charges.push_back({std::move(kind), std::move(text), amount});
  return {};
}

Result<std::optional<Bill>> first_bill(const Scope& scope, std::string_view condition, const SqlValue& value) {
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  Bill bill;
  {
    auto stream = scope.session.stream(fmt::format("select {}, {} from bill b where b.tenant_id = :tenant and {}",
                                                   columns, settled_of_bill, condition),
                                       {{"tenant", scope.tenant}, {"value", value}});
    if (!stream) return std::unexpected(stream.error());
    auto found = stream->next();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::optional<Bill>{};
    read_bill(*stream, bill);
  }
  if (auto read = read_charges(scope, bill); !read) return std::unexpected(read.error());
  return std::optional{std::move(bill)};
}

std::string_view event_name(BillEvent event) {
  switch (event) {
    case BillEvent::approve:
      return "approve";
    case BillEvent::withdraw_approval:
      return "withdraw-approval";
    case BillEvent::cancel:
      return "cancel";
    case BillEvent::write_off:
      return "write-off";
  }
  return "";
}

// What an event does to the books: an approval makes the bill a receivable, the others undo it or give it up.
Result<void> post_bill_event(const Scope& scope, const Bill& bill, BillEvent event, BillState from,
                             std::int64_t open_before, std::uint64_t step) {
  JournalRow row{.source = bill.id,
                 .step = step,
                 .line = 1,
                 .on = Date{},
                 .debit = BookAccount::receivable,
                 .credit = BookAccount::income,
                 .currency = bill.currency,
                 .amount_minor = bill.amount_minor,
                 .bill = bill.id,
                 .claim = {},
                 .purpose = "billed"};
  if (event != BillEvent::approve) {
    if (from != BillState::approved) return {};  // It never was in the books.
    const bool is_loss = event == BillEvent::write_off;
    row.debit = is_loss ? BookAccount::loss : BookAccount::income;
    row.credit = BookAccount::receivable;
    row.amount_minor = open_before;
    row.purpose = is_loss ? "written-off" : event == BillEvent::cancel ? "cancelled" : "billed";
  }
  if (row.amount_minor <= 0) return {};
  auto today = scope.session.first_row<Date>("select current_date");
  if (!today) return std::unexpected(today.error());
  row.on = std::get<0>(**today);
  return insert_journal(scope, row);
}

}  // namespace

BillWriter::BillWriter(const Scope& scope, const Id& import_run)
    : scope_{scope},
      import_run_{import_run},
      bills_{"bill",
             {"tenant_id", "id", "number", "payer_id", "mandate_reference", "currency", "amount_minor", "due_on",
              "period_from", "period_to", "notified_on", "remittance", "state", "imported_by", "import_run_id"}},
      charges_{"bill_charge", {"tenant_id", "bill_id", "number", "kind", "description", "amount_minor"}} {}

Result<void> BillWriter::add(const Bill& bill) {
  require(bill.state == BillState::imported, "A new bill is not approved yet.");
  bills_.begin_row();
  bills_.integer(scope_.tenant);
  bills_.id(bill.id);
  bills_.text(bill.number);
  bills_.id(bill.payer);
  bills_.text(bill.mandate_reference);
  bills_.text(bill.currency.code());
  bills_.integer(bill.amount_minor);
  bills_.date(bill.due_on);
  bills_.date_or_null(bill.period_from);
  bills_.date_or_null(bill.period_to);
  bills_.date_or_null(bill.notified_on);
  bills_.text(bill.text);
  bills_.text(bill_state_name(bill.state));
  bills_.text(bill.imported_by);
  bills_.id_or_null(import_run_);
  std::int32_t number = 0;
  for (const auto& charge : bill.charges) {
    charges_.begin_row();
    charges_.integer(scope_.tenant);
    charges_.id(bill.id);
    charges_.integer32(++number);
    charges_.text(charge.kind);
    charges_.text(charge.text);
    charges_.integer(charge.amount_minor);
  }
  ++count_;
  if (bills_.byte_count() + charges_.byte_count() < copy_flush_bytes) return {};
  return flush();
}

Result<void> BillWriter::flush() {
  if (auto sent = scope_.session.copy(bills_); !sent) return sent;
  return scope_.session.copy(charges_);
}

Result<void> BillWriter::finish() {
  if (auto sent = flush(); !sent) return sent;
  return refresh_statistics(scope_, count_, {"bill", "bill_charge"});
}

Result<void> save_bill(const Scope& scope, Bill& bill, BillEvent event, std::string_view operator_name,
                       std::string_view detail) {
  auto locked = scope.session.first_row<std::string, std::uint32_t, std::int64_t>(
      fmt::format("select b.state, b.version, b.amount_minor - {} from bill b "
                  "where b.tenant_id = :tenant and b.id = :id for update of b",
                  settled_of_bill),
      {{"tenant", scope.tenant}, {"id", bill.id}});
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return std::unexpected(stale("bill"));
  const auto& [state_name, version, open_before] = **locked;
  const auto from = stored_name(parse_bill_state(state_name));
  const auto to = next_state(from, event);
  // The caller's functions count the version up; whoever sets the state by hand leaves it.
  if (!to || *to != bill.state || (bill.version != version && bill.version != version + 1)) {
    return std::unexpected(stale("bill"));
  }
  if (from == BillState::approved && event != BillEvent::approve) {
    auto held = scope.session.first_row<std::int32_t>(
        "select 1 from claim_item where tenant_id = :tenant and bill_id = :bill and holds limit 1",
        {{"tenant", scope.tenant}, {"bill", bill.id}});
    if (!held) return std::unexpected(held.error());
    if (*held && open_before > 0) {
      return std::unexpected(Error{"bill.in-claim",
                                   fmt::format("Bill {} is in a claim that is on its way.", bill.number),
                                   "Wait for the bank's answer, or void the batch if it was not sent.",
                                   {},
                                   ErrorKind::refused});
    }
  }
  bill.version = version + 1;
  const bool is_approval = event == BillEvent::approve;
  auto changed = scope.session.run(
      "update bill set state = :state, approved_by = case when :event = 'withdraw-approval' then null "
      "when :event = 'approve' then :approver else approved_by end, "
      "approved_on = case when :event = 'withdraw-approval' then null when :event = 'approve' then :on::date "
      "else approved_on end, version = :version where tenant_id = :tenant and id = :id",
      {{"state", bill_state_name(bill.state)},
       {"event", event_name(event)},
       {"approver", is_approval ? SqlValue{operator_name} : SqlValue{std::nullopt}},
       {"on", bill.approved_on},
       {"version", bill.version},
       {"tenant", scope.tenant},
       {"id", bill.id}});
  if (!changed) return std::unexpected(changed.error());
  auto noted = scope.session.run(
      "insert into bill_event (tenant_id, bill_id, number, kind, from_state, to_state, operator_name, detail) "
      "values (:tenant, :bill, :number, :kind, :from, :to, :operator, :detail)",
      {{"tenant", scope.tenant},
       {"bill", bill.id},
       {"number", bill.version},
       {"kind", event_name(event)},
       {"from", state_name},
       {"to", bill_state_name(bill.state)},
       {"operator", operator_name},
       {"detail", detail}});
  if (!noted) return std::unexpected(noted.error());
  return post_bill_event(scope, bill, event, from, open_before, bill.version);
}

Result<std::optional<Bill>> find_bill(const Scope& scope, std::string_view number) {
  return first_bill(scope, "b.number = :value", number);
}

Result<std::optional<Bill>> find_bill(const Scope& scope, const Id& id) {
  return first_bill(scope, "b.id = :value::uuid", id);
}

Result<void> visit_bills(const Scope& scope, const BillFilter& filter, const Visitor<Bill>& visit, bool with_charges) {
  auto parameters = filter_parameters(scope, filter);
  parameters.push_back({"most", limit_of(filter.most)});
  std::string sql = fmt::format("select {}, {} as settled from bill b where {}", columns, settled_of_bill, filter_sql);
  if (filter.open_only) {
    sql = fmt::format("select * from ({}) x where x.amount_minor > x.settled and x.state in ('imported', 'approved')",
                      sql);
  }
  auto stream = scope.session.stream(sql + " order by number limit :most", parameters);
  if (!stream) return std::unexpected(stream.error());
  Bill bill;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    read_bill(*stream, bill);
    if (with_charges) {
      if (auto read = read_charges(scope, bill); !read) return read;
    }
    if (auto seen = visit(bill); !seen) return seen;
  }
}

Result<std::vector<BillSums>> sum_bills(const Scope& scope, const BillFilter& filter) {
  std::string sql = fmt::format(
      "select b.currency, b.amount_minor, case when b.state in ('imported', 'approved') then b.amount_minor - {} else "
      "0 end "
      "as open_minor from bill b where {}",
      settled_of_bill, filter_sql);
  auto parameters = filter_parameters(scope, filter);
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  auto stream = scope.session.stream(
      fmt::format("select currency, count(*), sum(amount_minor)::bigint, sum(open_minor)::bigint from ({}) x {} "
                  "group by currency order by currency",
                  sql, filter.open_only ? "where open_minor > 0" : ""),
      parameters);
  if (!stream) return std::unexpected(stream.error());
  std::vector<BillSums> sums;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return sums;
    sums.push_back({.count = static_cast<std::uint64_t>(stream->integer(1)),
                    .amount_minor = stream->integer(2),
                    .open_minor = stream->integer(3),
                    .currency = stored_currency(stream->text(0))});
  }
}

Result<std::uint64_t> approve_bills(const Scope& scope, const BillFilter& filter, std::string_view approver,
                                    const ApprovalRules& rules, Date today) {
  require(scope.session.is_in_transaction(), "Bills are approved with their events and postings.");
  auto parameters = filter_parameters(scope, filter);
  parameters.push_back({"approver", approver});
  parameters.push_back({"other_person", rules.other_person});
  parameters.push_back({"most_minor", rules.most_minor});
  parameters.push_back({"today", today});
  // One statement: the bills, their events and their place in the books. A bill whose charges do not add up stays as it
  // is.
  return scope.session.run(
      fmt::format(
          "with approved as (update bill set state = 'approved', approved_by = :approver, approved_on = :today::date, "
          "version = version + 1 where (tenant_id, id) in (select b.tenant_id, b.id from bill b where {} "
          "and b.state = 'imported' and b.amount_minor > 0 and (not :other_person::boolean or b.imported_by <> "
          ":approver) "
          "and (:most_minor::bigint = 0 or b.amount_minor <= :most_minor::bigint) "
          "and not exists (select 1 from bill_charge c where c.tenant_id = b.tenant_id and c.bill_id = b.id "
          "having count(*) > 0 and sum(c.amount_minor) <> b.amount_minor)) "
          "returning tenant_id, id, version, currency, amount_minor), "
          "noted as (insert into bill_event (tenant_id, bill_id, number, kind, from_state, to_state, operator_name, "
          "detail) "
          "select tenant_id, id, version, 'approve', 'imported', 'approved', :approver, '' from approved) "
          "insert into journal (tenant_id, source_id, step, line, on_day, debit, credit, currency, amount_minor, "
          "bill_id, "
          "purpose) select tenant_id, id, version, 1, :today::date, 'receivable', 'income', currency, amount_minor, "
          "id, "
          "'billed' from approved",
          filter_sql),
      parameters);
}

Result<std::uint64_t> record_notices(const Scope& scope, const std::vector<std::string>& numbers, bool came_back,
                                     Date on, std::string_view operator_name) {
  require(scope.session.is_in_transaction(), "Bills are changed with their events.");
  return scope.session.run(R"(
with told as (
  update bill b set notified_on = :on::date, version = version + 1
  where b.tenant_id = :tenant and b.state in ('imported', 'approved') and b.notified_on is distinct from :on::date
    and (b.number = any (:numbers::text[])
         or (:came_back::boolean and b.state = 'approved'
             and not exists (select 1 from claim_item h where h.tenant_id = b.tenant_id and h.bill_id = b.id and h.holds)
             and exists (select 1 from claim_item i
                         join claim_event e on e.tenant_id = i.tenant_id and e.claim_id = i.claim_id
                         where i.tenant_id = b.tenant_id and i.bill_id = b.id and not i.holds
                           and e.to_state in ('rejected', 'returned', 'refunded', 'reversed')
                           and (b.notified_on is null or b.notified_on < e.on_day))))
  returning b.tenant_id, b.id, b.version, b.state)
insert into bill_event (tenant_id, bill_id, number, kind, from_state, to_state, operator_name, detail)
select tenant_id, id, version, 'notify', state, state, :operator, 'told on ' || :on::date from told)",
                           {{"tenant", scope.tenant},
                            {"numbers", text_array(numbers)},
                            {"came_back", came_back},
                            {"on", on},
                            {"operator", operator_name}});
}

Result<std::vector<std::string>> find_bill_numbers(const Scope& scope, const std::vector<std::string>& numbers) {
  auto rows = scope.session.rows<std::string>(
      "select number from bill where tenant_id = :tenant and number = any(:numbers::text[])",
      {{"tenant", scope.tenant}, {"numbers", text_array(numbers)}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> found;
  for (auto& row : *rows) found.push_back(std::move(std::get<0>(row)));
  return found;
}

Result<std::vector<BillStep>> bill_steps(const Scope& scope, const Id& bill) {
  auto rows = scope.session.rows<std::string, std::string, std::string, std::string, std::optional<Id>, std::int64_t>(
      R"(
select to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), what, detail, operator_name, claim_id, amount_minor from (
  select b.imported_at as at, 0 as rank, 0 as number, 'imported' as what,
         coalesce('from ' || r.file_name, '') as detail, b.imported_by as operator_name, null::uuid as claim_id,
         b.amount_minor
  from bill b left join import_run r on r.tenant_id = b.tenant_id and r.id = b.import_run_id
  where b.tenant_id = :tenant and b.id = :bill
  union all
  select at, 1, number, kind, detail, operator_name, null, 0
  from bill_event where tenant_id = :tenant and bill_id = :bill
  union all
  select ba.created_at, 2, 0, 'claimed', 'batch ' || ba.number || ', reference ' || c.reference || ', attempt ' || c.attempt
         || ', collect on ' || c.collect_on, ba.prepared_by, c.id, i.amount_minor
  from claim_item i join claim c on c.tenant_id = i.tenant_id and c.id = i.claim_id
  join batch ba on ba.tenant_id = c.tenant_id and ba.id = c.batch_id
  where i.tenant_id = :tenant and i.bill_id = :bill
  union all
  select e.at, 3, e.number, 'batch ' || e.kind, 'batch ' || ba.number, e.operator_name, c.id, 0
  from claim_item i join claim c on c.tenant_id = i.tenant_id and c.id = i.claim_id
  join batch ba on ba.tenant_id = c.tenant_id and ba.id = c.batch_id
  join batch_event e on e.tenant_id = ba.tenant_id and e.batch_id = ba.id
  where i.tenant_id = :tenant and i.bill_id = :bill
  union all
  select e.at, 4, e.number, e.to_state,
         'on ' || e.on_day || case when e.reason <> '' then ', reason ' || e.reason else '' end
         || coalesce(', file ' || f.file_name || ' entry ' || e.position, ''),
         e.operator_name, c.id, e.amount_minor
  from claim_item i join claim c on c.tenant_id = i.tenant_id and c.id = i.claim_id
  join claim_event e on e.tenant_id = c.tenant_id and e.claim_id = c.id
  left join bank_file f on f.tenant_id = e.tenant_id and f.id = e.file_id
  where i.tenant_id = :tenant and i.bill_id = :bill
  union all
  select r.at, 5, 0, 'repaired', r.how, r.operator_name, r.claim_id, 0
  from claim_item i join claim_repair r on r.tenant_id = i.tenant_id and r.claim_id = i.claim_id
  where i.tenant_id = :tenant and i.bill_id = :bill
) steps order by at, rank, number)",
      {{"tenant", scope.tenant}, {"bill", bill}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<BillStep> steps;
  for (auto& [at, what, detail, operator_name, claim, amount] : *rows) {
    steps.push_back({.at = std::move(at),
                     .what = std::move(what),
                     .detail = std::move(detail),
                     .operator_name = std::move(operator_name),
                     .claim = claim.value_or(Id{}),
                     .amount_minor = amount});
  }
  return steps;
}

}  // namespace counterfoil
