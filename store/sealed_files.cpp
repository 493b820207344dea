#include "store/sealed_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view chunk_table = "sealed_file_chunk";

constexpr std::array<std::string_view, 4> outbox_names{"waiting", "taken", "sent", "unknown"};

Result<std::vector<SealedFile>> select_files(const Scope& scope, std::string_view rest,
                                             std::vector<SqlParameter> parameters) {
  parameters.push_back({"tenant", scope.tenant});
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  std::vector<SealedFile> files;
  {
    auto stream = scope.session.stream(
        fmt::format(
            "select id, batch_id, creditor_account_id, sequence, message_id, format, file_name, sha256, byte_count, "
            "claim_count, sum_minor, trace_prefix, trace_first, trace_digits, sealed_by, "
            "to_char(sealed_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from sealed_file where tenant_id = :tenant {}",
            rest),
        parameters);
    if (!stream) return std::unexpected(stream.error());
    while (true) {
      auto more = stream->next();
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      files.push_back({.id = stream->id(0),
                       .batch = stream->id(1),
                       .creditor_account = stream->id(2),
                       .sequence = static_cast<std::uint64_t>(stream->integer(3)),
                       .message_id = std::string{stream->text(4)},
                       .format = std::string{stream->text(5)},
                       .file_name = std::string{stream->text(6)},
                       .digest = stored_digest(stream->text(7)),
                       .byte_count = static_cast<std::uint64_t>(stream->integer(8)),
                       .claim_count = static_cast<std::uint64_t>(stream->integer(9)),
                       .sum_minor = stream->integer(10),
                       .trace_prefix = std::string{stream->text(11)},
                       .trace_first = static_cast<std::uint64_t>(stream->integer(12)),
                       .trace_digits = static_cast<std::uint32_t>(stream->integer(13)),
                       .blocks = {},
                       .sealed_by = std::string{stream->text(14)},
                       .sealed_at = std::string{stream->text(15)}});
    }
  }
  for (auto& file : files) {
    auto blocks = scope.session.rows<std::uint64_t, std::string, std::string, std::uint64_t, std::int64_t>(
        "select number, block_id, sequence, claim_count, sum_minor from sealed_block "
        "where tenant_id = :tenant and file_id = :file order by number",
        {{"tenant", scope.tenant}, {"file", file.id}});
    if (!blocks) return std::unexpected(blocks.error());
    for (auto& [number, block_id, sequence, count, sum] : *blocks) {
      file.blocks.push_back({number, std::move(block_id), stored_sequence(sequence), count, sum});
    }
  }
  return files;
}

Result<std::optional<SealedFile>> first_file(const Scope& scope, std::string_view rest,
                                             std::vector<SqlParameter> parameters) {
  auto files = select_files(scope, rest, std::move(parameters));
  if (!files) return std::unexpected(files.error());
  if (files->empty()) return std::optional<SealedFile>{};
  return std::optional{std::move(files->front())};
}

}  // namespace

SealedFileWriter::SealedFileWriter(const Scope& scope, const Id& id)
    : scope_{scope}, id_{id}, chunks_{scope, chunk_table, id} {}

Result<void> SealedFileWriter::append(std::string_view bytes) { return chunks_.append(bytes); }

Result<void> SealedFileWriter::finish(SealedFile& file) {
  require(file.id == id_, "The row belongs to the bytes.");
  const auto digest = chunks_.finish();
  if (!digest) return std::unexpected(digest.error());
  file.digest = *digest;
  file.byte_count = chunks_.byte_count();
  auto made = scope_.session.run(
      "insert into sealed_file (tenant_id, id, batch_id, creditor_account_id, sequence, message_id, format, file_name, "
      "sha256, byte_count, claim_count, sum_minor, trace_prefix, trace_first, trace_digits, sealed_by) "
      "values (:tenant, :id, :batch, :account, :sequence, :message, :format, :file_name, :sha256, :bytes, :claims, "
      ":sum, "
      ":trace_prefix, :trace_first, :trace_digits, :sealed_by)",
      {{"tenant", scope_.tenant},
       {"id", file.id},
       {"batch", file.batch},
       {"account", file.creditor_account},
       {"sequence", file.sequence},
       {"message", file.message_id},
       {"format", file.format},
       {"file_name", file.file_name},
       {"sha256", SqlValue::bytes(digest_bytes(file.digest))},
       {"bytes", file.byte_count},
       {"claims", file.claim_count},
       {"sum", file.sum_minor},
       {"trace_prefix", file.trace_prefix},
       {"trace_first", file.trace_first},
       {"trace_digits", file.trace_digits},
       {"sealed_by", file.sealed_by}});
  if (!made) return std::unexpected(made.error());
  CopyRows rows{"sealed_block", {"tenant_id", "file_id", "number", "block_id", "sequence", "claim_count", "sum_minor"}};
  for (const auto& block : file.blocks) {
    rows.begin_row();
    rows.integer(scope_.tenant);
    rows.id(file.id);
    rows.integer(static_cast<std::int64_t>(block.number));
    rows.text(block.block_id);
    rows.text(sequence_type_code(block.sequence));
    rows.integer(static_cast<std::int64_t>(block.count));
    rows.integer(block.sum_minor);
  }
  return scope_.session.copy(rows);
}

Result<std::optional<SealedFile>> find_sealed_file(const Scope& scope, const Id& id) {
  return first_file(scope, "and id = :id", {{"id", id}});
}

Result<std::optional<SealedFile>> sealed_file_of_batch(const Scope& scope, const Id& batch) {
  return first_file(scope, "and batch_id = :batch", {{"batch", batch}});
}

Result<std::optional<SealedFile>> find_sealed_file_by_message(const Scope& scope, std::string_view message_id) {
  return first_file(scope, "and message_id = :message", {{"message", message_id}});
}

Result<std::vector<SealedFile>> list_sealed_files(const Scope& scope, std::uint64_t most) {
  return select_files(scope, "order by sealed_at desc, id desc limit :most", {{"most", limit_of(most)}});
}

StoredBytes::StoredBytes(const Scope& scope, Id file, std::string_view table, Digest digest)
    : scope_{scope}, file_{file}, table_{table}, expected_{digest} {}

Result<StoredBytes> StoredBytes::of_sealed_file(const Scope& scope, const Id& file) {
  auto found = find_sealed_file(scope, file);
  if (!found) return std::unexpected(found.error());
  require(found->has_value(), "The bytes of a file that exists are read.");
  return StoredBytes{scope, file, chunk_table, (*found)->digest};
}

Result<StoredBytes> StoredBytes::of_bank_file(const Scope& scope, const Id& file) {
  auto row = scope.session.first_row<SqlBytes>("select sha256 from bank_file where tenant_id = :tenant and id = :id",
                                               {{"tenant", scope.tenant}, {"id", file}});
  if (!row) return std::unexpected(row.error());
  require(row->has_value(), "The bytes of a file that exists are read.");
  return StoredBytes{scope, file, "bank_file_chunk", stored_digest(std::get<0>(**row).bytes)};
}

Result<std::string_view> StoredBytes::next() {
  if (is_done_) return std::string_view{};
  auto chunk = read_chunk(scope_, table_, file_, ++next_chunk_);
  if (!chunk) return std::unexpected(chunk.error());
  if (*chunk) {
    chunk_ = std::move(**chunk);
    digest_.append(chunk_);
    return std::string_view{chunk_};
  }
  is_done_ = true;
  if (digest_.finish() == expected_) return std::string_view{};
  return std::unexpected(Error{"file.digest-differs",
                               "The stored bytes of the file are not those that were recorded.",
                               "Do not send or use it. Restore the database from a backup and look at the audit trail.",
                               {},
                               ErrorKind::refused});
}

std::string_view outbox_state_name(OutboxState state) { return outbox_names[static_cast<std::size_t>(state)]; }

std::optional<OutboxState> parse_outbox_state(std::string_view name) {
  const auto* found = std::ranges::find(outbox_names, name);
  if (found == outbox_names.end()) return std::nullopt;
  return static_cast<OutboxState>(found - outbox_names.begin());
}

Result<void> insert_outbox(const Scope& scope, const Id& file) {
  auto made = scope.session.run(
      "insert into outbox (tenant_id, file_id, batch_id, state) "
      "select tenant_id, id, batch_id, 'waiting' from sealed_file where tenant_id = :tenant and id = :file",
      {{"tenant", scope.tenant}, {"file", file}});
  if (!made) return std::unexpected(made.error());
  return {};
}

namespace {

Result<std::vector<OutboxItem>> select_outbox(const Scope& scope, const SqlValue& state, const SqlValue& file) {
  auto rows = scope.session.rows<Id, Id, std::string, std::string, std::string, SqlBytes, std::string, std::string,
                                 std::string, std::uint32_t>(
      "select o.file_id, o.batch_id, b.number, a.label, f.file_name, f.sha256, o.state, coalesce(o.taken_by, ''), "
      "to_char(o.changed_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), o.attempts from outbox o "
      "join sealed_file f on f.tenant_id = o.tenant_id and f.id = o.file_id "
      "join batch b on b.tenant_id = o.tenant_id and b.id = o.batch_id "
      "join creditor_account a on a.tenant_id = f.tenant_id and a.id = f.creditor_account_id "
      "where o.tenant_id = :tenant and (:state::text is null or o.state = :state) "
      "and (:file::uuid is null or o.file_id = :file::uuid) order by o.changed_at, o.file_id",
      {{"tenant", scope.tenant}, {"state", state}, {"file", file}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<OutboxItem> items;
  for (auto& [id, batch, number, label, file_name, digest, name, taken_by, changed_at, attempts] : *rows) {
    items.push_back({.file = id,
                     .batch = batch,
                     .batch_number = std::move(number),
                     .creditor_label = std::move(label),
                     .file_name = std::move(file_name),
                     .digest = stored_digest(digest.bytes),
                     .state = stored_name(parse_outbox_state(name)),
                     .taken_by = std::move(taken_by),
                     .changed_at = std::move(changed_at),
                     .attempts = attempts});
  }
  return items;
}

Result<void> note_move(const Scope& scope, const Id& file, std::string_view from, std::string_view to,
                       std::string_view operator_name) {
  auto noted = scope.session.run(
      "insert into outbox_event (tenant_id, file_id, number, from_state, to_state, operator_name) "
      "select :tenant, :file, coalesce(max(number), 0) + 1, :from, :to, :operator from outbox_event "
      "where tenant_id = :tenant and file_id = :file",
      {{"tenant", scope.tenant}, {"file", file}, {"from", from}, {"to", to}, {"operator", operator_name}});
  if (!noted) return std::unexpected(noted.error());
  return {};
}

bool may_move(OutboxState from, OutboxState to) {
  switch (from) {
    case OutboxState::taken:
      return to != OutboxState::taken;
    case OutboxState::unknown:
      return to == OutboxState::sent || to == OutboxState::waiting;
    default:
      return false;
  }
}

}  // namespace

Result<std::vector<OutboxItem>> list_outbox(const Scope& scope, std::optional<OutboxState> state) {
  return select_outbox(scope, state ? SqlValue{outbox_state_name(*state)} : SqlValue{std::nullopt}, std::nullopt);
}

Result<std::optional<OutboxItem>> find_outbox(const Scope& scope, const Id& file) {
  auto items = select_outbox(scope, std::nullopt, file);
  if (!items) return std::unexpected(items.error());
  if (items->empty()) return std::optional<OutboxItem>{};
  return std::optional{std::move(items->front())};
}

Result<bool> take_outbox(const Scope& scope, const Id& file, std::string_view courier, std::int64_t lease_seconds) {
  auto taken = scope.session.run(
      "update outbox set state = 'taken', taken_by = :courier, lease_until = now() + make_interval(secs => :seconds), "
      "attempts = attempts + 1, changed_at = now() where tenant_id = :tenant and file_id = :file and state = 'waiting'",
      {{"courier", courier}, {"seconds", lease_seconds}, {"tenant", scope.tenant}, {"file", file}});
  if (!taken) return std::unexpected(taken.error());
  if (*taken == 0) return false;
  if (auto noted = note_move(scope, file, "waiting", "taken", courier); !noted) return std::unexpected(noted.error());
  return true;
}

Result<void> move_outbox(const Scope& scope, const Id& file, OutboxState from, OutboxState to,
                         std::string_view operator_name) {
  const auto refused = [] {
    return std::unexpected(Error{"outbox.transition",
                                 "The file in the outbox is no longer in the state you saw.",
                                 "Look at the outbox again.",
                                 {},
                                 ErrorKind::conflict});
  };
  if (!may_move(from, to)) return refused();
  auto moved = scope.session.run(
      "update outbox set state = :to, lease_until = null, changed_at = now() "
      "where tenant_id = :tenant and file_id = :file and state = :from",
      {{"to", outbox_state_name(to)}, {"tenant", scope.tenant}, {"file", file}, {"from", outbox_state_name(from)}});
  if (!moved) return std::unexpected(moved.error());
  if (*moved == 0) return refused();
  return note_move(scope, file, outbox_state_name(from), outbox_state_name(to), operator_name);
}

Result<std::uint64_t> expire_outbox_leases(const Scope& scope) {
  auto rows = scope.session.rows<Id, std::string>(
      "update outbox set state = 'unknown', changed_at = now() "
      "where tenant_id = :tenant and state = 'taken' and lease_until < now() returning file_id, coalesce(taken_by, '')",
      {{"tenant", scope.tenant}});
  if (!rows) return std::unexpected(rows.error());
  for (const auto& [file, courier] : *rows) {
    if (auto noted = note_move(scope, file, "taken", "unknown", courier); !noted) return std::unexpected(noted.error());
  }
  return rows->size();
}

}  // namespace counterfoil
