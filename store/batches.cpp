#include "store/batches.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/claim_columns.hpp"
#include "store/claim_posting.hpp"
#include "store/sealed_files.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view claim_table = "claim";

// --- Batches
// ----------------------------------------------------------------------------------------------------------

constexpr std::string_view select_batch =
    "select b.id, b.number, b.creditor_account_id, a.label, b.state, b.collect_on, b.instrument, b.sequence, "
    "b.is_retry, "
    "b.currency, b.claim_count, b.sum_minor, b.prepared_by, coalesce(b.approved_by, ''), coalesce(b.released_by, ''), "
    "b.version, to_char(b.created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), coalesce(f.sequence, 0), "
    "coalesce(f.message_id, ''), coalesce(encode(f.sha256, 'hex'), '') "
    "from batch b join creditor_account a on a.tenant_id = b.tenant_id and a.id = b.creditor_account_id "
    "left join sealed_file f on f.tenant_id = b.tenant_id and f.batch_id = b.id where b.tenant_id = :tenant ";

Result<std::vector<StoredBatch>> select_batches(const Scope& scope, std::string_view rest,
                                                std::vector<SqlParameter> parameters) {
  parameters.push_back({"tenant", scope.tenant});
  // The typed helper takes a list; a batch has too many columns to name them twice.
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  auto stream = scope.session.stream(fmt::format("{}{}", select_batch, rest), parameters);
  if (!stream) return std::unexpected(stream.error());
  std::vector<StoredBatch> batches;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return batches;
    StoredBatch stored;
    Batch& batch = stored.batch;
    batch.id = stream->id(0);
    stored.number = stream->text(1);
    batch.creditor_account = stream->id(2);
    stored.creditor_label = stream->text(3);
    batch.state = stored_name(parse_batch_state(stream->text(4)));
    batch.collect_on = stream->date(5).value_or(Date{});
    batch.instrument = stream->text(6);
    batch.sequence = stored_sequence(stream->text(7));
    batch.is_retry = stream->boolean(8);
    batch.currency = stored_currency(stream->text(9));
    batch.count = static_cast<std::uint64_t>(stream->integer(10));
    batch.sum_minor = stream->integer(11);
    batch.prepared_by = stream->text(12);
    batch.approved_by = stream->text(13);
    batch.released_by = stream->text(14);
    batch.version = static_cast<std::uint32_t>(stream->integer(15));
    stored.created_at = stream->text(16);
    batch.sequence_number = static_cast<std::uint64_t>(stream->integer(17));
    batch.message_id = stream->text(18);
    batch.sha256 = stream->text(19);
    batches.push_back(std::move(stored));
  }
}

Result<std::optional<StoredBatch>> first_batch(const Scope& scope, std::string_view rest,
                                               std::vector<SqlParameter> parameters) {
  auto batches = select_batches(scope, rest, std::move(parameters));
  if (!batches) return std::unexpected(batches.error());
  if (batches->empty()) return std::optional<StoredBatch>{};
  return std::optional{std::move(batches->front())};
}

// --- What approval, release and void write beside the batch ----------------------------------------------------------

Result<void> insert_approval(const Scope& scope, const Batch& batch, std::string_view approver) {
  auto made = scope.session.run(
      "insert into approval (tenant_id, batch_id, number, sha256, prepared_by, approver) "
      "values (:tenant, :batch, :number, decode(:sha256, 'hex'), :preparer, :approver)",
      {{"tenant", scope.tenant},
       {"batch", batch.id},
       {"number", batch.version},
       {"sha256", batch.sha256},
       {"preparer", batch.prepared_by},
       {"approver", approver}});
  if (!made) return std::unexpected(made.error());
  return {};
}

Result<void> insert_release(const Scope& scope, const Batch& batch, std::string_view releaser) {
  auto made = scope.session.run(
      "insert into release (tenant_id, batch_id, approval_number, sha256, prepared_by, releaser) "
      "select :tenant, :batch, max(number), decode(:sha256, 'hex'), :preparer, :releaser from approval "
      "where tenant_id = :tenant and batch_id = :batch",
      {{"tenant", scope.tenant},
       {"batch", batch.id},
       {"sha256", batch.sha256},
       {"preparer", batch.prepared_by},
       {"releaser", releaser}});
  if (!made) return std::unexpected(made.error());
  return {};
}

Result<void> let_go_of_bills(const Scope& scope, const Id& batch) {
  auto gone = scope.session.run(
      "update claim_item i set holds = false from claim c where c.tenant_id = i.tenant_id and c.id = i.claim_id "
      "and i.tenant_id = :tenant and c.batch_id = :batch and i.holds",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!gone) return std::unexpected(gone.error());
  return {};
}

// --- Claims
// -----------------------------------------------------------------------------------------------------------

std::string claim_select(std::string_view more_columns, std::string_view more_joins, std::string_view rest) {
  return fmt::format("select {}{} from claim c {}{} where c.tenant_id = :tenant {}", claim_columns(), more_columns,
                     claim_joins, more_joins, rest);
}

constexpr std::string_view row_columns = ", m.street, m.building, m.postcode, m.town, m.country, p.number";
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

Result<std::string> insert_batch(const Scope& scope, const Batch& batch) {
  auto counted = scope.session.first_row<std::int64_t>(
      "update tenant_counter set next_number = next_number + 1 where tenant_id = :tenant and name = 'batch' "
      "returning next_number - 1",
      {{"tenant", scope.tenant}});
  if (!counted) return std::unexpected(counted.error());
  require(counted->has_value(), "A tenant has its counters.");
  std::string number = fmt::format("B-{:06}", std::get<0>(**counted));
  auto made = scope.session.run(
      "insert into batch (tenant_id, id, number, creditor_account_id, state, collect_on, instrument, sequence, "
      "is_retry, "
      "currency, prepared_by) values (:tenant, :id, :number, :account, :state, :collect_on, :instrument, :sequence, "
      ":retry, "
      ":currency, :preparer)",
      {{"tenant", scope.tenant},
       {"id", batch.id},
       {"number", number},
       {"account", batch.creditor_account},
       {"state", batch_state_name(BatchState::draft)},
       {"collect_on", batch.collect_on},
       {"instrument", batch.instrument},
       {"sequence", sequence_type_code(batch.sequence)},
       {"retry", batch.is_retry},
       {"currency", batch.currency.code()},
       {"preparer", batch.prepared_by}});
  if (!made) return std::unexpected(made.error());
  return number;
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
  copy_old_account(rows, scope_, claim.amendment.old_account, claim_table, claim.id);
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

LeftOutWriter::LeftOutWriter(const Scope& scope, const Id& batch)
    : scope_{scope},
      batch_{batch},
      rows_{"batch_left_out", {"tenant_id", "batch_id", "bill_id", "bill_number", "reason", "sentence", "remedy"}} {}

Result<void> LeftOutWriter::add(const LeftOutBill& bill) {
  rows_.begin_row();
  rows_.integer(scope_.tenant);
  rows_.id(batch_);
  rows_.id(bill.bill);
  rows_.text(bill.bill_number);
  rows_.text(bill.reason);
  rows_.text(bill.sentence);
  rows_.text(bill.remedy);
  if (rows_.byte_count() < copy_flush_bytes) return {};
  return finish();
}

Result<void> LeftOutWriter::finish() { return scope_.session.copy(rows_); }

Result<void> visit_left_out(const Scope& scope, const Id& batch, const Visitor<LeftOutBill>& visit) {
  auto stream = scope.session.stream(
      "select bill_id, bill_number, reason, sentence, remedy from batch_left_out "
      "where tenant_id = :tenant and batch_id = :batch order by reason, bill_number",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!stream) return std::unexpected(stream.error());
  LeftOutBill bill;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
    bill.bill = stream->id(0);
    bill.bill_number = stream->text(1);
    bill.reason = stream->text(2);
    bill.sentence = stream->text(3);
    bill.remedy = stream->text(4);
    if (auto seen = visit(bill); !seen) return seen;
  }
}

Result<std::optional<StoredBatch>> find_batch(const Scope& scope, std::string_view number) {
  return first_batch(scope, "and b.number = :number", {{"number", number}});
}

Result<std::optional<StoredBatch>> find_batch(const Scope& scope, const Id& id) {
  return first_batch(scope, "and b.id = :id", {{"id", id}});
}

Result<std::optional<StoredBatch>> lock_batch(const Scope& scope, std::string_view number) {
  require(scope.session.is_in_transaction(), "A row is locked inside a transaction.");
  auto locked = scope.session.rows<Id>("select id from batch where tenant_id = :tenant and number = :number for update",
                                       {{"tenant", scope.tenant}, {"number", number}});
  if (!locked) return std::unexpected(locked.error());
  return find_batch(scope, number);
}

Result<std::vector<StoredBatch>> list_batches(const Scope& scope, const BatchFilter& filter) {
  return select_batches(scope,
                        "and (:state::text is null or b.state = :state) "
                        "and (:account::uuid is null or b.creditor_account_id = :account::uuid) "
                        "order by b.number desc limit :most",
                        {{"state", filter.state ? SqlValue{batch_state_name(*filter.state)} : SqlValue{std::nullopt}},
                         {"account", SqlValue::id_or_null(filter.creditor_account)},
                         {"most", limit_of(filter.most)}});
}

namespace {

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

Result<std::vector<StoredBatchEvent>> batch_history(const Scope& scope, const Id& batch) {
  auto rows = scope.session.rows<std::string, std::string, std::string, std::string, std::string, std::string>(
      "select kind, from_state, to_state, operator_name, detail, to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
      "from batch_event where tenant_id = :tenant and batch_id = :batch order by number",
      {{"tenant", scope.tenant}, {"batch", batch}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<StoredBatchEvent> history;
  for (auto& [event, from, to, operator_name, detail, at] : *rows) {
    history.push_back(
        {std::move(event), std::move(from), std::move(to), std::move(operator_name), std::move(detail), std::move(at)});
  }
  return history;
}

Result<void> save_batch(const Scope& scope, Batch& batch, BatchEvent event, std::string_view operator_name,
                        std::string_view detail) {
  auto locked = scope.session.first_row<std::string, std::uint32_t>(
      "select state, version from batch where tenant_id = :tenant and id = :id for update",
      {{"tenant", scope.tenant}, {"id", batch.id}});
  if (!locked) return std::unexpected(locked.error());
  if (!*locked) return std::unexpected(stale("batch"));
  const auto& [from, version] = **locked;
  const auto to = next_state(stored_name(parse_batch_state(from)), event);
  // The caller's functions count the version up; whoever sets the state by hand leaves it.
  if (!to || *to != batch.state || (batch.version != version && batch.version != version + 1)) {
    return std::unexpected(stale("batch"));
  }
  batch.version = version + 1;
  auto changed = scope.session.run(
      "update batch set state = :state, approved_by = :approver, released_by = :releaser, version = :version "
      "where tenant_id = :tenant and id = :id",
      {{"state", batch_state_name(batch.state)},
       {"approver", SqlValue::text_or_null(batch.approved_by)},
       {"releaser", SqlValue::text_or_null(batch.released_by)},
       {"version", batch.version},
       {"tenant", scope.tenant},
       {"id", batch.id}});
  if (!changed) return std::unexpected(changed.error());
  auto noted = scope.session.run(
      "insert into batch_event (tenant_id, batch_id, number, kind, from_state, to_state, operator_name, detail) "
      "values (:tenant, :batch, :number, :kind, :from, :to, :operator, :detail)",
      {{"tenant", scope.tenant},
       {"batch", batch.id},
       {"number", batch.version},
       {"kind", batch_event_name(event)},
       {"from", from},
       {"to", batch_state_name(batch.state)},
       {"operator", operator_name},
       {"detail", detail}});
  if (!noted) return std::unexpected(noted.error());
  switch (event) {
    case BatchEvent::approve:
      return insert_approval(scope, batch, operator_name);
    case BatchEvent::release:
      return insert_release(scope, batch, operator_name);
    case BatchEvent::make_void:
      return let_go_of_bills(scope, batch.id);
    default:
      return {};
  }
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
