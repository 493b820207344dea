#include "store/batches.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "store/claim_columns.hpp"
#include "store/claim_posting.hpp"
#include "store/sealed_files.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

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

// What approval, release and void write beside the batch.

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

}  // namespace

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

}  // namespace counterfoil
