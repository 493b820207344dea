#include "store/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "billing/batch.hpp"
#include "store/claim_columns.hpp"
#include "store/claim_posting.hpp"
#include "store/sealed_files.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {
namespace {

constexpr std::string_view claim_table = "claim";

std::string claim_select(std::string_view more_columns, std::string_view more_joins, std::string_view rest) {
  return fmt::format("select {}{} from claim c {}{} where c.tenant_id = :tenant {}", claim_columns(), more_columns,
                     claim_joins, more_joins, rest);
}

constexpr std::string_view row_columns = ", m.street, m.building, m.postcode, m.town, m.country, p.number, m.identity_key, m.identity_sealed";
constexpr std::string_view row_joins =
    "join mandate m on m.tenant_id = c.tenant_id and m.id = c.mandate_id "
    "join payer p on p.tenant_id = c.tenant_id and p.id = c.payer_id ";

Result<void> read_claim_row(const Scope& scope, const Stream& stream, ClaimRow& row) {
  if (auto read = read_claim(scope, stream, 0, row.claim); !read) return read;
  row.claim.items.clear();
  constexpr int first = claim_column_count;
  row.address.street = stream.text(first);
  row.address.building = stream.text(first + 1);
  row.address.postcode = stream.text(first + 2);
  row.address.town = stream.text(first + 3);
  row.address.country = stream.text(first + 4);
  row.payer_number = stream.text(first + 5);
  auto identity =
      open_account(scope, stream.integer(first + 6), stream.text(first + 7), "mandate", "identity", row.claim.mandate);
  if (!identity) return std::unexpected(identity.error());
  row.identity = std::move(*identity);
  return {};
}

Result<void> read_items(const Scope& scope, Claim& claim) {
  auto rows = scope.session.rows<Id, std::string, std::int64_t>(
      "select i.bill_id, b.number, i.amount_minor from claim_item i "
      "join bill b on b.tenant_id = i.tenant_id and b.id = i.bill_id "
      "where i.tenant_id = :tenant and i.claim_id = :claim order by i.bill_id",
      {{"tenant", scope.tenant}, {"claim", claim.id}});
  if (!rows) return std::unexpected(rows.error());
  claim.items.clear();
  for (auto& [bill, number, amount] : *rows) claim.items.push_back({bill, std::move(number), amount});
  return {};
}

// What its own events brought: the day of the last settlement and the amount that stayed.
Result<void> read_collected(const Scope& scope, Claim& claim) {
  auto rows = scope.session.rows<std::string, Date, std::int64_t>(
      "select kind, on_day, amount_minor from claim_event where tenant_id = :tenant and claim_id = :claim order by "
      "number",
      {{"tenant", scope.tenant}, {"claim", claim.id}});
  if (!rows) return std::unexpected(rows.error());
  claim.collected_minor = 0;
  claim.settled_on.reset();
  for (const auto& [name, on, amount] : *rows) {
    const auto kind = stored_name(parse_claim_event(name));
    const auto move = money_move(kind);
    if (move == MoneyMove::in) claim.collected_minor += amount;
    if (move == MoneyMove::out) claim.collected_minor -= amount;
    if (kind == ClaimEventKind::settle) claim.settled_on = on;
  }
  return {};
}

Result<std::vector<Claim>> select_claims(const Scope& scope, std::string_view rest, const SqlValue& value) {
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  std::vector<Claim> claims;
  {
    auto stream = scope.session.stream(claim_select("", "", rest), {{"tenant", scope.tenant}, {"value", value}});
    if (!stream) return std::unexpected(stream.error());
    while (true) {
      auto more = stream->next();
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      if (auto read = read_claim(scope, *stream, 0, claims.emplace_back()); !read) return std::unexpected(read.error());
    }
  }
  for (auto& claim : claims) {
    if (auto read = read_items(scope, claim); !read) return std::unexpected(read.error());
    if (auto read = read_collected(scope, claim); !read) return std::unexpected(read.error());
  }
  return claims;
}

Result<std::optional<Claim>> first_claim(const Scope& scope, std::string_view rest, const SqlValue& value) {
  auto claims = select_claims(scope, rest, value);
  if (!claims) return std::unexpected(claims.error());
  if (claims->empty()) return std::optional<Claim>{};
  return std::optional{std::move(claims->front())};
}

/// The items of the claims of a batch, in the order of the claims: one question for a million of them.
class ItemStream {
 public:
  [[nodiscard]] static Result<ItemStream> open(const Scope& scope, const Id& batch) {
    auto stream = scope.session.stream(
        "select c.sequence_number, i.bill_id, b.number, i.amount_minor from claim c "
        "join claim_item i on i.tenant_id = c.tenant_id and i.claim_id = c.id "
        "join bill b on b.tenant_id = i.tenant_id and b.id = i.bill_id "
        "where c.tenant_id = :tenant and c.batch_id = :batch order by c.sequence_number, i.bill_id",
        {{"tenant", scope.tenant}, {"batch", batch}});
    if (!stream) return std::unexpected(stream.error());
    return ItemStream{std::move(*stream)};
  }

  /// Takes those of the claim, which comes after all claims asked for before.
  [[nodiscard]] Result<void> take(Claim& claim) {
    claim.items.clear();
    while (true) {
      if (!is_ahead_) {
        auto more = stream_.next();
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
      }
      is_ahead_ = static_cast<std::uint64_t>(stream_.integer(0)) > claim.sequence_number;
      if (is_ahead_) return {};
      claim.items.push_back({stream_.id(1), std::string{stream_.text(2)}, stream_.integer(3)});
    }
  }

 private:
  explicit ItemStream(Stream stream) : stream_{std::move(stream)} {}
  Stream stream_;
  bool is_ahead_ = false;  // Its row belongs to a later claim.
};

}  // namespace

std::string claim_columns() {
  return fmt::format(
      "c.id, c.batch_id, c.creditor_account_id, c.payer_id, c.mandate_id, c.reference, c.sequence_number, {}, "
      "c.currency, "
      "c.amount_minor, c.collect_on, c.sequence, {}, c.attempt, c.first_claim_id, c.is_prenote, c.mandate_reference, "
      "c.payer_name, c.account_key, c.account_sealed, c.bank, c.account_kind, c.signed_on, c.old_reference, "
      "c.old_creditor_id, c.old_creditor_name, c.old_account_key, c.old_account_sealed, c.remittance, le.number, "
      "c.uses_up_mandate",
      claim_trace_sql, claim_state_sql);
}

Result<void> read_claim(const Scope& scope, const Stream& stream, int first, Claim& claim) {
  const auto text = [&](int column) { return stream.text(first + column); };
  claim.id = stream.id(first);
  claim.batch = stream.id(first + 1);
  claim.creditor_account = stream.id(first + 2);
  claim.payer = stream.id(first + 3);
  claim.mandate = stream.id(first + 4);
  claim.reference = text(5);
  claim.sequence_number = static_cast<std::uint64_t>(stream.integer(first + 6));
  claim.trace = text(7);
  claim.currency = stored_currency(text(8));
  claim.amount_minor = stream.integer(first + 9);
  claim.collect_on = stream.date(first + 10).value_or(Date{});
  claim.sequence = stored_sequence(text(11));
  claim.state = stored_name(parse_claim_state(text(12)));
  claim.attempt = static_cast<std::uint32_t>(stream.integer(first + 13));
  claim.first_claim = stream.id(first + 14);
  claim.is_prenote = stream.boolean(first + 15);
  claim.mandate_reference = text(16);
  claim.payer_name = text(17);
  auto account = open_account(scope, stream.integer(first + 18), text(19), claim_table, "account", claim.id);
  if (!account) return std::unexpected(account.error());
  claim.account = std::move(*account);
  claim.bank = text(20);
  claim.account_kind = text(21);
  claim.signed_on = stream.date(first + 22);
  claim.amendment.old_reference = text(23);
  claim.amendment.old_creditor_id = text(24);
  claim.amendment.old_creditor_name = text(25);
  auto old_account = open_account(scope, stream.integer(first + 26), text(27), claim_table, "old_account", claim.id);
  if (!old_account) return std::unexpected(old_account.error());
  claim.amendment.old_account = std::move(*old_account);
  claim.remittance = text(28);
  claim.version = static_cast<std::uint32_t>(stream.integer(first + 29));
  claim.uses_up_mandate = stream.boolean(first + 30);
  return {};
}

ClaimWriter::ClaimWriter(const Scope& scope, const Id& batch)
    : scope_{scope},
      batch_{batch},
      claims_{"claim",
              {"tenant_id",
               "id",
               "batch_id",
               "creditor_account_id",
               "payer_id",
               "mandate_id",
               "reference",
               "sequence_number",
               "currency",
               "amount_minor",
               "collect_on",
               "sequence",
               "attempt",
               "first_claim_id",
               "is_prenote",
               "mandate_reference",
               "payer_name",
               "account_key",
               "account_sealed",
               "account_blind",
               "account_last4",
               "bank",
               "account_kind",
               "signed_on",
               "old_reference",
               "old_creditor_id",
               "old_creditor_name",
               "old_account_key",
               "old_account_sealed",
               "remittance",
               "uses_up_mandate"}},
      items_{"claim_item", {"tenant_id", "claim_id", "bill_id", "amount_minor", "holds"}} {}

Result<void> ClaimWriter::add(const Claim& claim) {
  if (__builtin_add_overflow(sum_minor_, claim.amount_minor, &sum_minor_)) {
    return std::unexpected(Error{"money.overflow",
                                 "The claims of this batch add up to more than an amount can be.",
                                 "Split the batch.",
                                 {},
                                 ErrorKind::input});
  }
  ++count_;
  largest_minor_ = std::max(largest_minor_, claim.amount_minor);
  CopyRows& rows = claims_;
  rows.begin_row();
  rows.integer(scope_.tenant);
  rows.id(claim.id);
  rows.id(batch_);
  rows.id(claim.creditor_account);
  rows.id(claim.payer);
  rows.id(claim.mandate);
  rows.text(claim.reference);
  rows.integer(static_cast<std::int64_t>(claim.sequence_number));
  rows.text(claim.currency.code());
  rows.integer(claim.amount_minor);
  rows.date(claim.collect_on);
  rows.text(sequence_type_code(claim.sequence));
  rows.integer32(static_cast<std::int32_t>(claim.attempt));
  rows.id_or_null(claim.first_claim);
  rows.boolean(claim.is_prenote);
  rows.text(claim.mandate_reference);
  rows.text(claim.payer_name);
  copy_account(rows, seal_account(scope_, claim.account, claim_table, claim.id));
  rows.text(claim.bank);
  rows.text(claim.account_kind);
  rows.date_or_null(claim.signed_on);
  rows.text(claim.amendment.old_reference);
  rows.text(claim.amendment.old_creditor_id);
  rows.text(claim.amendment.old_creditor_name);
  copy_sealed(rows, scope_, claim.amendment.old_account, claim_table, "old_account", claim.id);
  rows.text(claim.remittance);
  rows.boolean(claim.uses_up_mandate);
  for (const auto& item : claim.items) {
    items_.begin_row();
    items_.integer(scope_.tenant);
    items_.id(claim.id);
    items_.id(item.bill);
    items_.integer(item.amount_minor);
    items_.boolean(true);
  }
  if (claims_.byte_count() + items_.byte_count() < copy_flush_bytes) return {};
  return flush();
}

Result<void> ClaimWriter::flush() {
  if (auto sent = scope_.session.copy(claims_); !sent) return sent;
  return scope_.session.copy(items_);
}

Result<void> ClaimWriter::finish() {
  if (auto sent = flush(); !sent) return sent;
  auto counted = scope_.session.run(
      "update batch set claim_count = :count, sum_minor = :sum, largest_minor = :largest "
      "where tenant_id = :tenant and id = :batch",
      {{"count", count_},
       {"sum", sum_minor_},
       {"largest", largest_minor_},
       {"tenant", scope_.tenant},
       {"batch", batch_}});
  if (!counted) return std::unexpected(counted.error());
  return refresh_statistics(scope_, count_, {"claim", "claim_item"});
}

Result<void> visit_claims(const Scope& scope, const Id& batch, const Visitor<ClaimRow>& visit, bool with_items) {
  auto stream = ClaimStream::open(scope, batch);
  if (!stream) return std::unexpected(stream.error());
  std::optional<ItemStream> items;
  if (with_items) {
    auto opened = ItemStream::open(scope, batch);
    if (!opened) return std::unexpected(opened.error());
    items.emplace(std::move(*opened));
  }
  ClaimRow with;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    if (!items) {
      if (auto seen = visit(stream->row()); !seen) return seen;
      continue;
    }
    with = stream->row();
    if (auto read = items->take(with.claim); !read) return read;
    if (auto seen = visit(with); !seen) return seen;
  }
}

Result<ClaimStream> ClaimStream::open(const Scope& scope, const Id& batch) {
  auto stream =
      scope.session.stream(claim_select(row_columns, row_joins, "and c.batch_id = :batch order by c.sequence_number"),
                           {{"tenant", scope.tenant}, {"batch", batch}});
  if (!stream) return std::unexpected(stream.error());
  return ClaimStream{scope, std::move(*stream)};
}

Result<ClaimStream> ClaimStream::open(const Scope& scope, const Id& batch, SequenceType sequence) {
  auto stream = scope.session.stream(
      claim_select(row_columns, row_joins,
                   "and c.batch_id = :batch and c.sequence = :sequence order by c.sequence_number"),
      {{"tenant", scope.tenant}, {"batch", batch}, {"sequence", sequence_type_code(sequence)}});
  if (!stream) return std::unexpected(stream.error());
  return ClaimStream{scope, std::move(*stream)};
}

Result<bool> ClaimStream::next() {
  auto more = stream_.next();
  if (!more || !*more) return more;
  if (auto read = read_claim_row(scope_, stream_, row_); !read) return std::unexpected(read.error());
  return true;
}

Result<std::vector<ClaimGroup>> claim_groups(const Scope& scope, const Id& batch) {
  auto rows = scope.session.rows<std::string, std::uint64_t, std::int64_t>(
      "select sequence, count(*), sum(amount_minor)::bigint from claim where tenant_id = :tenant and batch_id = :batch "
      "group by sequence order by min(sequence_number)",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<ClaimGroup> groups;
  for (const auto& [sequence, count, sum] : *rows) groups.push_back({stored_sequence(sequence), count, sum});
  return groups;
}

Result<ClaimGroup> claim_totals(const Scope& scope, const Id& batch) {
  auto row = scope.session.first_row<std::uint64_t, std::int64_t>(
      "select count(*), coalesce(sum(amount_minor), 0)::bigint from claim where tenant_id = :tenant and batch_id = "
      ":batch",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!row) return std::unexpected(row.error());
  return ClaimGroup{SequenceType::none, std::get<0>(**row), std::get<1>(**row)};
}

Result<std::uint64_t> creditor_changes_on_their_way(const Scope& scope, const Id& creditor_account) {
  auto row = scope.session.first_row<std::uint64_t>(
      "select count(*) from batch b join claim c on c.tenant_id = b.tenant_id and c.batch_id = b.id "
      "where b.tenant_id = :tenant and b.creditor_account_id = :account and b.state in ('sent', 'acknowledged') "
      "and (c.old_creditor_id <> '' or c.old_creditor_name <> '')",
      {{"tenant", scope.tenant}, {"account", creditor_account}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<std::optional<Claim>> find_claim(const Scope& scope, const Id& id) {
  return first_claim(scope, "and c.id = :value::uuid", id);
}

Result<std::optional<Claim>> find_claim(const Scope& scope, std::string_view reference) {
  return first_claim(scope, "and c.reference = :value", reference);
}

Result<std::vector<Claim>> claims_of_bill(const Scope& scope, const Id& bill) {
  return select_claims(scope,
                       "and c.id in (select i.claim_id from claim_item i where i.tenant_id = :tenant "
                       "and i.bill_id = :value::uuid) order by c.id",
                       bill);
}

Result<std::vector<ClaimEvent>> claim_history(const Scope& scope, const Id& claim) {
  std::vector<ClaimEvent> history(1);
  history.front().claim = claim;
  auto state = ClaimState::planned;
  const auto take_batch_step = [&](std::string_view kind, Date on) {
    const auto event = parse_batch_event(kind);
    if (!event) return;
    const auto step = *event == BatchEvent::seal          ? std::optional{ClaimEventKind::seal}
                      : *event == BatchEvent::release     ? std::optional{ClaimEventKind::release}
                      : *event == BatchEvent::send        ? std::optional{ClaimEventKind::send}
                      : *event == BatchEvent::acknowledge ? std::optional{ClaimEventKind::acknowledge}
                      : *event == BatchEvent::make_void   ? std::optional{ClaimEventKind::make_void}
                                                          : std::nullopt;
    if (!step) return;
    const auto to = try_next_state(state, *step);
    if (!to) return;  // The bank spoke of this claim before it spoke of the batch.
    ClaimEvent& event_of_all = history.emplace_back();
    event_of_all.claim = claim;
    event_of_all.kind = *step;
    event_of_all.from = state;
    event_of_all.to = *to;
    event_of_all.on = on;
    state = *to;
  };
  auto batch_steps = scope.session.rows<std::string, Date, std::string>(
      "select e.kind, e.on_day, to_char(e.at, 'YYYYMMDDHH24MISSUS') from batch_event e "
      "join claim c on c.tenant_id = e.tenant_id and c.batch_id = e.batch_id "
      "where c.tenant_id = :tenant and c.id = :claim order by e.number",
      {{"tenant", scope.tenant}, {"claim", claim}});
  if (!batch_steps) return std::unexpected(batch_steps.error());
  auto own = scope.session.rows<std::string, std::string, std::string, Date, std::int64_t, std::int64_t, std::string,
                                std::optional<Id>>(
      "select kind, from_state, to_state, on_day, amount_minor, charges_minor, reason, file_id from claim_event "
      "where tenant_id = :tenant and claim_id = :claim order by number",
      {{"tenant", scope.tenant}, {"claim", claim}});
  if (!own) return std::unexpected(own.error());
  // The claim's first own event says where the batch had brought it by then.
  const auto stop = own->empty() ? std::optional<ClaimState>{} : parse_claim_state(std::get<1>(own->front()));
  for (const auto& [kind, on, at] : *batch_steps) {
    if (stop && state == *stop) break;
    take_batch_step(kind, on);
  }
  for (auto& [kind, from, to, on, amount, charges, reason, file] : *own) {
    history.push_back({.claim = claim,
                       .kind = stored_name(parse_claim_event(kind)),
                       .from = stored_name(parse_claim_state(from)),
                       .to = stored_name(parse_claim_state(to)),
                       .on = on,
                       .amount_minor = amount,
                       .charges_minor = charges,
                       .reason = std::move(reason),
                       .bank_entry = file.value_or(Id{})});
  }
  return history;
}

}  // namespace counterfoil
