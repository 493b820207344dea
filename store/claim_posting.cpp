#include "store/claim_posting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/claim_columns.hpp"
#include "store/claims.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

MoneyMove money_move(ClaimEventKind kind) {
  switch (kind) {
    case ClaimEventKind::settle:
    case ClaimEventKind::dishonor:
      return MoneyMove::in;
    case ClaimEventKind::give_back:
    case ClaimEventKind::refund:
    case ClaimEventKind::reverse:
    case ClaimEventKind::contest:
      return MoneyMove::out;
    default:
      return MoneyMove::none;
  }
}

namespace {

std::string_view purpose_of(ClaimEventKind kind) {
  switch (kind) {
    case ClaimEventKind::settle:
      return "settled";
    case ClaimEventKind::dishonor:
      return "dishonored";
    case ClaimEventKind::give_back:
      return "returned";
    case ClaimEventKind::refund:
      return "refunded";
    case ClaimEventKind::reverse:
      return "reversed";
    case ClaimEventKind::contest:
      return "contested";
    default:
      return "";
  }
}

}  // namespace

BookSides book_sides(MoneyMove move, ClaimState from, ClaimState to, ClaimEventKind kind) {
  if (move == MoneyMove::in) {
    return {BookAccount::bank, is_collected(to) ? BookAccount::receivable : BookAccount::suspense, purpose_of(kind)};
  }
  return {is_collected(from) ? BookAccount::receivable : BookAccount::suspense, BookAccount::bank, purpose_of(kind)};
}

bool keeps_bills(ClaimState to, std::int64_t collected_minor, std::int64_t amount_minor) {
  return is_open(to) || (is_collected(to) && collected_minor >= amount_minor);
}

Result<std::uint64_t> post_to_batch(const Scope& scope, const BatchPosting& posting) {
  require(scope.session.is_in_transaction(), "Events are posted with their bookings.");
  // Claims on their way are touched; who had an end of its own keeps it. Only what came back before it was credited
  // still gets its credit: the bank paid the whole batch, and the return waits in suspense for it.
  std::string moves;
  auto to_keep = ClaimState::planned;
  for (int i = 0; i <= static_cast<int>(ClaimState::unknown); ++i) {
    const auto from = static_cast<ClaimState>(i);
    const auto to = try_next_state(from, posting.kind);
    const bool is_late_credit = to && *to == from;
    if (!to || (!is_open(from) && !is_late_credit)) continue;
    // Silence proves nothing of a claim whose fate is not known.
    if (from == ClaimState::unknown && posting.bank_file.is_nil()) continue;
    if (!is_late_credit) to_keep = *to;
    moves += fmt::format("{}('{}', '{}')", moves.empty() ? "" : ", ", claim_state_name(from), claim_state_name(*to));
  }
  if (moves.empty()) return 0U;
  const auto move = money_move(posting.kind);
  const auto sides = book_sides(move, ClaimState::sent, to_keep, posting.kind);
  const std::string sql = fmt::format(
      R"(
with moves (from_state, to_state) as (values {moves}),
posted as (
  insert into claim_event (tenant_id, claim_id, number, kind, from_state, to_state, on_day, amount_minor, charges_minor,
                           reason, file_id, position, operator_name)
  select c.tenant_id, c.id, coalesce(le.number, 0) + 1, :kind, mv.from_state, mv.to_state, :on::date,
         {amount}, 0, :reason, :file::uuid, :position::bigint, :operator
  from claim c {joins} join moves mv on mv.from_state = {state}
  where c.tenant_id = :tenant and c.batch_id = :batch and (:sequence::text is null or c.sequence = :sequence)
    and (mv.from_state <> mv.to_state or not exists (select 1 from claim_event v where v.tenant_id = c.tenant_id
                                                     and v.claim_id = c.id and v.kind = :kind))
  returning tenant_id, claim_id, number, amount_minor, to_state),
booked as (
  insert into journal (tenant_id, source_id, step, line, on_day, debit, credit, currency, amount_minor, bill_id, claim_id,
                       purpose)
  select p.tenant_id, p.claim_id, p.number, row_number() over (partition by p.claim_id order by i.bill_id), :on::date,
         :debit, case when p.to_state = :keep then :credit else :late_credit end, c.currency, i.amount_minor, i.bill_id,
         p.claim_id, :purpose
  from posted p join claim_item i on i.tenant_id = p.tenant_id and i.claim_id = p.claim_id
  join claim c on c.tenant_id = p.tenant_id and c.id = p.claim_id
  where p.amount_minor > 0),
freed as (
  update claim_item i set holds = false from posted p
  where {frees} and i.tenant_id = p.tenant_id and i.claim_id = p.claim_id and i.holds)
select count(*) from posted where to_state = :keep)",
      fmt::arg("moves", moves), fmt::arg("amount", move == MoneyMove::none ? "0" : "c.amount_minor"),
      fmt::arg("joins", claim_joins), fmt::arg("state", claim_state_sql),
      fmt::arg("frees", is_open(to_keep) || is_collected(to_keep) ? "false" : "true"));
  auto row = scope.session.first_row<std::uint64_t>(
      sql, {{"kind", claim_event_name(posting.kind)},
            {"on", posting.on},
            {"reason", posting.reason},
            {"file", SqlValue::id_or_null(posting.bank_file)},
            {"position", posting.bank_file.is_nil() ? SqlValue{std::nullopt} : SqlValue{posting.position}},
            {"operator", posting.operator_name},
            {"tenant", scope.tenant},
            {"batch", posting.batch},
            {"sequence", posting.sequence ? SqlValue{sequence_type_code(*posting.sequence)} : SqlValue{std::nullopt}},
            {"debit", book_account_name(sides.debit)},
            {"credit", book_account_name(sides.credit)},
            {"late_credit", book_account_name(BookAccount::suspense)},
            {"keep", claim_state_name(to_keep)},
            {"purpose", sides.purpose}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<void> post_to_claim(const Scope& scope, const Id& claim_id, ClaimEventKind kind, Date on,
                           std::int64_t amount_minor, std::int64_t charges_minor, std::string_view reason,
                           std::string_view operator_name, const Id& bank_file, std::uint32_t position) {
  require(scope.session.is_in_transaction(), "Events are posted with their bookings.");
  auto found = find_claim(scope, claim_id);
  if (!found) return std::unexpected(found.error());
  require(found->has_value(), "An event is posted to a claim that exists.");
  Claim& claim = **found;
  const auto before = claim.state;
  const auto number = claim.version + 1;
  auto event = post(claim, kind, on, amount_minor, reason);
  if (!event) return std::unexpected(event.error());
  auto noted = scope.session.run(
      "insert into claim_event (tenant_id, claim_id, number, kind, from_state, to_state, on_day, amount_minor, "
      "charges_minor, reason, file_id, position, operator_name) values (:tenant, :claim, :number, :kind, :from, :to, "
      ":on, "
      ":amount, :charges, :reason, :file, :position, :operator)",
      {{"tenant", scope.tenant},
       {"claim", claim.id},
       {"number", number},
       {"kind", claim_event_name(kind)},
       {"from", claim_state_name(event->from)},
       {"to", claim_state_name(event->to)},
       {"on", on},
       {"amount", event->amount_minor},
       {"charges", charges_minor},
       {"reason", reason},
       {"file", SqlValue::id_or_null(bank_file)},
       {"position", bank_file.is_nil() ? SqlValue{std::nullopt} : SqlValue{position}},
       {"operator", operator_name}});
  if (!noted) return std::unexpected(noted.error());

  JournalRow row;
  row.source = claim.id;
  row.step = number;
  row.line = 0;
  row.on = on;
  row.currency = claim.currency;
  row.claim = claim.id;
  const auto move = money_move(kind);
  const auto sides = book_sides(move, before, event->to, kind);
  row.debit = sides.debit;
  row.credit = sides.credit;
  row.purpose = sides.purpose;
  std::int64_t left = move == MoneyMove::none ? 0 : event->amount_minor;
  for (const auto& item : claim.items) {
    row.amount_minor = std::min(left, item.amount_minor);
    if (row.amount_minor <= 0) break;
    left -= row.amount_minor;
    row.bill = item.bill;
    ++row.line;
    if (auto booked = insert_journal(scope, row); !booked) return booked;
  }
  if (charges_minor > 0) {
    row.debit = BookAccount::bank_charges;
    row.credit = BookAccount::bank;
    row.purpose = "charge";
    row.bill = {};
    row.amount_minor = charges_minor;
    ++row.line;
    if (auto booked = insert_journal(scope, row); !booked) return booked;
  }
  auto held = scope.session.run(
      "update claim_item set holds = :holds where tenant_id = :tenant and claim_id = :claim and holds <> :holds",
      {{"holds", keeps_bills(claim.state, claim.collected_minor, claim.amount_minor)},
       {"tenant", scope.tenant},
       {"claim", claim.id}});
  if (!held) return std::unexpected(held.error());
  return {};
}

}  // namespace counterfoil
