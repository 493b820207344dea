#include "store/ingest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "store/stored_values.hpp"

namespace counterfoil {

namespace {

constexpr std::string_view chunk_table = "bank_file_chunk";
constexpr std::array<std::string_view, 4> state_names{"ingested", "quarantined", "refused", "accepted"};

constexpr std::array<std::string_view, 3> level_names{"entry", "block", "file"};

constexpr std::string_view select_file =
    "select id, file_name, sha256, byte_count, scheme, format, kind, channel, logical_identity, message_id, "
    "original_message_id, created, creditor_account_id, state, entry_count, finding_count, received_by, "
    "to_char(received_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from bank_file where tenant_id = :tenant ";

std::optional<FileKind> parse_kind(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(FileKind::unknown); ++i) {
    if (file_kind_name(static_cast<FileKind>(i)) == name) return static_cast<FileKind>(i);
  }
  return std::nullopt;
}

std::optional<Severity> parse_severity(std::string_view name) {
  for (const auto severity : {Severity::error, Severity::warning, Severity::note}) {
    if (severity_name(severity) == name) return severity;
  }
  return std::nullopt;
}

Result<std::vector<BankFile>> select_files(const Scope& scope, std::string_view rest,
                                           std::vector<SqlParameter> parameters) {
  parameters.push_back({"tenant", scope.tenant});
  std::optional<Transaction> own;
  if (!scope.session.is_in_transaction()) {
    auto begun = scope.session.begin_read_only();
    if (!begun) return std::unexpected(begun.error());
    own.emplace(std::move(*begun));
  }
  auto stream = scope.session.stream(fmt::format("{}{}", select_file, rest), parameters);
  if (!stream) return std::unexpected(stream.error());
  std::vector<BankFile> files;
  while (true) {
    auto more = stream->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return files;
    files.push_back({.id = stream->id(0),
                     .file_name = std::string{stream->text(1)},
                     .digest = stored_digest(stream->text(2)),
                     .byte_count = static_cast<std::uint64_t>(stream->integer(3)),
                     .scheme = std::string{stream->text(4)},
                     .format = std::string{stream->text(5)},
                     .kind = stored_name(parse_kind(stream->text(6))),
                     .channel = std::string{stream->text(7)},
                     .logical_identity = std::string{stream->text(8)},
                     .message_id = std::string{stream->text(9)},
                     .original_message_id = std::string{stream->text(10)},
                     .created = std::string{stream->text(11)},
                     .creditor_account = stream->id(12),
                     .state = stored_name(parse_bank_file_state(stream->text(13))),
                     .entry_count = static_cast<std::uint64_t>(stream->integer(14)),
                     .finding_count = static_cast<std::uint64_t>(stream->integer(15)),
                     .received_by = std::string{stream->text(16)},
                     .received_at = std::string{stream->text(17)}});
  }
}

Result<std::optional<BankFile>> first_file(const Scope& scope, std::string_view rest,
                                           std::vector<SqlParameter> parameters) {
  auto files = select_files(scope, rest, std::move(parameters));
  if (!files) return std::unexpected(files.error());
  if (files->empty()) return std::optional<BankFile>{};
  return std::optional{std::move(files->front())};
}

// The bank's bytes may hold what a text column cannot: zero bytes and broken UTF-8. The file itself is kept whole; its
// words are kept readable.
std::string_view clean(std::string_view text, std::string& room) {
  const auto bad = first_bad_utf8(text);
  if (!bad && text.find('\0') == std::string_view::npos) return text;
  room.clear();
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    const auto stop = std::min(first_bad_utf8(rest).value_or(rest.size()), std::min(rest.find('\0'), rest.size()));
    room += rest.substr(0, stop);
    i += stop;
    if (i < text.size()) {
      room += '?';
      ++i;
    }
  }
  return room;
}

class EntryCopier {
 public:
  EntryCopier(CopyRows& rows, const Scope& scope, const Id& file) : rows_{rows}, scope_{scope}, file_{file} {}

  void text(std::string_view value) { rows_.text(clean(value, room_)); }
  void optional_text(std::string_view value) { rows_.text_or_null(clean(value, room_)); }

  // Sealed under the file's id and the entry's position: an entry has no id of its own.
  void sealed(std::string_view value, std::string_view column, std::uint32_t position) {
    if (value.empty()) return rows_.null();
    rows_.bytes(
        scope_.sealer.seal(value, {scope_.tenant, "bank_entry", fmt::format("{} {}", column, position), file_}).bytes);
  }

  void account(std::string_view account, std::string_view corrected, std::uint32_t position) {
    if (account.empty() && corrected.empty()) {
      rows_.null();
    } else {
      rows_.integer32(scope_.sealer.current_key());
    }
    sealed(account, "account", position);
    if (account.empty()) {
      rows_.null();
      rows_.null();
      return;
    }
    rows_.bytes(blind_index_bytes(scope_.sealer.blind_index(scope_.tenant, account)));
    text(last_four(account));
  }

 private:
  CopyRows& rows_;
  const Scope& scope_;
  const Id& file_;
  std::string room_;
};

}  // namespace

std::string_view bank_file_state_name(BankFileState state) { return state_names[static_cast<std::size_t>(state)]; }

std::optional<BankFileState> parse_bank_file_state(std::string_view name) {
  const auto* found = std::ranges::find(state_names, name);
  if (found == state_names.end()) return std::nullopt;
  return static_cast<BankFileState>(found - state_names.begin());
}

BankFileWriter::BankFileWriter(const Scope& scope, const Id& id)
    : scope_{scope},
      id_{id},
      chunks_{scope, chunk_table, id},
      blocks_{"bank_block",
              {"tenant_id", "file_id", "number", "line", "block_id", "original_id", "instrument",
               "creditor_account_last4", "collect_on", "settled_on", "declared_count", "declared_sum_minor"}},
      entries_{"bank_entry",
               {"tenant_id",
                "file_id",
                "position",
                "line",
                "block_number",
                "level",
                "reference",
                "instruction_id",
                "mandate",
                "trace",
                "original_trace",
                "original_bank",
                "return_trace",
                "bank_reference",
                "original_message_id",
                "original_batch_id",
                "direction",
                "currency",
                "amount_minor",
                "booked_minor",
                "charges_minor",
                "collected_minor",
                "batch_count",
                "payer_name",
                "account_key",
                "account_sealed",
                "account_blind",
                "account_last4",
                "payer_bank",
                "account_kind",
                "transaction_code",
                "collect_on",
                "booked_on",
                "valued_on",
                "remittance",
                "outcome",
                "is_prenote",
                "mandate_event",
                "is_booked",
                "status_inherited",
                "is_reversal_flag",
                "status",
                "reason",
                "reason_text",
                "corrected_sealed",
                "bank_transaction_code",
                "addenda"}},
      findings_{"bank_finding",
                {"tenant_id", "file_id", "number", "code", "severity", "line", "column_first", "column_last", "path",
                 "field", "message", "remedy", "refuses_file"}},
      statements_{"bank_statement",
                  {"tenant_id", "file_id", "number", "statement_id", "account_key", "account_sealed", "account_blind",
                   "account_last4", "currency", "sequence_number", "from_day", "to_day", "opening_minor",
                   "closing_minor", "credits", "debits", "credit_minor", "debit_minor"}} {}

Result<void> BankFileWriter::append_bytes(std::string_view bytes) { return chunks_.append(bytes); }

Result<void> BankFileWriter::flush_rows() {
  for (CopyRows* rows : {&blocks_, &entries_, &findings_, &statements_}) {
    if (auto sent = scope_.session.copy(*rows); !sent) return sent;
  }
  return {};
}

Result<void> BankFileWriter::add_block(const BankBlock& block) {
  EntryCopier copier{blocks_, scope_, id_};
  blocks_.begin_row();
  blocks_.integer(scope_.tenant);
  blocks_.id(id_);
  blocks_.integer32(static_cast<std::int32_t>(block.number));
  blocks_.integer(block.line);
  copier.text(block.block_id);
  copier.text(block.original_id);
  copier.text(block.instrument);
  copier.text(block.creditor_account_last4);
  blocks_.date_or_null(block.collect_on);
  blocks_.date_or_null(block.settled_on);
  blocks_.integer(block.declared_count);
  blocks_.integer(block.declared_sum_minor);
  return {};
}

Result<void> BankFileWriter::add_entry(const Entry& entry, std::uint32_t block_number) {
  ++entry_count_;
  CopyRows& rows = entries_;
  EntryCopier copier{rows, scope_, id_};
  rows.begin_row();
  rows.integer(scope_.tenant);
  rows.id(id_);
  rows.integer(entry.position);
  rows.integer(entry.line);
  rows.integer32(static_cast<std::int32_t>(block_number));
  rows.text(level_names[static_cast<std::size_t>(entry.level)]);
  for (const auto text :
       {entry.reference, entry.instruction_id, entry.mandate, entry.trace, entry.original_trace, entry.original_bank,
        entry.return_trace, entry.bank_reference, entry.original_message_id, entry.original_batch_id}) {
    copier.optional_text(text);
  }
  rows.text(direction_name(entry.direction));
  rows.text(entry.currency.code());
  rows.integer(entry.amount_minor);
  rows.integer(entry.booked_minor);
  rows.integer(entry.charges_minor);
  rows.integer(entry.collected_minor);
  rows.integer(static_cast<std::int64_t>(entry.batch_count));
  copier.optional_text(entry.payer_name);
  copier.account(entry.payer_account, entry.corrected_data, entry.position);
  copier.optional_text(entry.payer_bank);
  copier.optional_text(entry.account_kind);
  copier.optional_text(entry.transaction_code);
  rows.date_or_null(entry.collect_on);
  rows.date_or_null(entry.booked_on);
  rows.date_or_null(entry.valued_on);
  copier.optional_text(entry.remittance);
  rows.text(outcome_name(entry.outcome));
  rows.boolean(entry.is_prenote);
  rows.text(mandate_news_name(entry.mandate_event));
  rows.boolean(entry.is_booked);
  rows.boolean(entry.status_inherited);
  rows.boolean(entry.is_reversal_flag);
  copier.optional_text(entry.status);
  copier.optional_text(entry.reason);
  copier.optional_text(entry.reason_text);
  copier.sealed(entry.corrected_data, "corrected", entry.position);
  copier.optional_text(entry.bank_transaction_code);
  rows.integer(entry.addenda);
  if (rows.byte_count() < copy_flush_bytes) return {};
  return flush_rows();
}

Result<void> BankFileWriter::add_finding(const Finding& finding) {
  EntryCopier copier{findings_, scope_, id_};
  findings_.begin_row();
  findings_.integer(scope_.tenant);
  findings_.id(id_);
  findings_.integer(static_cast<std::int64_t>(++finding_count_));
  copier.text(finding.code);
  findings_.text(severity_name(finding.severity));
  findings_.integer(finding.place.line);
  findings_.integer(finding.place.column_first);
  findings_.integer(finding.place.column_last);
  copier.text(finding.place.path);
  copier.text(finding.place.field);
  copier.text(finding.message);
  copier.text(finding.remedy);
  findings_.boolean(finding.refuses_file);
  if (findings_.byte_count() < copy_flush_bytes) return {};
  return flush_rows();
}

Result<void> BankFileWriter::add_statement(const Statement& statement) {
  ++statement_count_;
  CopyRows& rows = statements_;
  EntryCopier copier{rows, scope_, id_};
  const auto sealed = scope_.sealer.seal(
      statement.account, {scope_.tenant, "bank_statement", fmt::format("account {}", statement_count_), id_});
  rows.begin_row();
  rows.integer(scope_.tenant);
  rows.id(id_);
  rows.integer32(static_cast<std::int32_t>(statement_count_));
  copier.text(statement.id);
  rows.integer32(sealed.key_id);
  rows.bytes(sealed.bytes);
  rows.bytes(blind_index_bytes(scope_.sealer.blind_index(scope_.tenant, statement.account)));
  copier.text(last_four(statement.account));
  rows.text(statement.currency.code());
  copier.text(statement.sequence_number);
  rows.date_or_null(statement.from);
  rows.date_or_null(statement.to);
  statement.opening_minor ? rows.integer(*statement.opening_minor) : rows.null();
  statement.closing_minor ? rows.integer(*statement.closing_minor) : rows.null();
  rows.integer(static_cast<std::int64_t>(statement.credits));
  rows.integer(static_cast<std::int64_t>(statement.debits));
  rows.integer(statement.credit_minor);
  rows.integer(statement.debit_minor);
  return {};
}

Result<void> BankFileWriter::finish(BankFile& file) {
  require(file.id == id_, "The row belongs to the bytes.");
  const auto digest = chunks_.finish();
  if (!digest) return std::unexpected(digest.error());
  if (auto sent = flush_rows(); !sent) return sent;
  file.digest = *digest;
  file.byte_count = chunks_.byte_count();
  file.entry_count = entry_count_;
  file.finding_count = finding_count_;
  std::string room;
  const auto kept = [&](std::string_view text) { return SqlValue{clean(text, room)}; };
  auto made = scope_.session.run(
      "insert into bank_file (tenant_id, id, file_name, sha256, byte_count, scheme, format, kind, channel, "
      "logical_identity, "
      "message_id, original_message_id, created, creditor_account_id, state, entry_count, finding_count, received_by) "
      "values (:tenant, :id, :file_name, :sha256, :bytes, :scheme, :format, :kind, :channel, :identity, :message, "
      ":original, "
      ":created, :account, :state, :entries, :findings, :received_by)",
      {{"tenant", scope_.tenant},
       {"id", file.id},
       {"file_name", kept(file.file_name)},
       {"sha256", SqlValue::bytes(digest_bytes(file.digest))},
       {"bytes", file.byte_count},
       {"scheme", file.scheme},
       {"format", file.format},
       {"kind", file_kind_name(file.kind)},
       {"channel", kept(file.channel)},
       {"identity", kept(file.logical_identity)},
       {"message", kept(file.message_id)},
       {"original", kept(file.original_message_id)},
       {"created", kept(file.created)},
       {"account", SqlValue::id_or_null(file.creditor_account)},
       {"state", bank_file_state_name(file.state)},
       {"entries", file.entry_count},
       {"findings", file.finding_count},
       {"received_by", file.received_by}});
  if (!made) return std::unexpected(made.error());
  return refresh_statistics(scope_, entry_count_, {"bank_entry"});
}

Result<std::optional<BankFile>> find_bank_file(const Scope& scope, const Digest& digest) {
  return first_file(scope, "and sha256 = :sha256", {{"sha256", SqlValue::bytes(digest_bytes(digest))}});
}

Result<std::optional<BankFile>> find_bank_file(const Scope& scope, const Id& id) {
  return first_file(scope, "and id = :id", {{"id", id}});
}

Result<std::optional<BankFile>> find_bank_file(const Scope& scope, std::string_view channel,
                                               std::string_view logical_identity) {
  return first_file(scope, "and channel = :channel and logical_identity = :identity and state = 'ingested'",
                    {{"channel", channel}, {"identity", logical_identity}});
}

Result<std::vector<BankFile>> find_bank_files_by_digest(const Scope& scope, std::string_view digits) {
  return select_files(scope, "and starts_with(encode(sha256, 'hex'), :digits) order by received_at", {{"digits", digits}});
}

Result<void> accept_bank_file(const Scope& scope, BankFile& file, std::string_view reason,
                              std::string_view operator_name) {
  auto changed = scope.session.run(
      "update bank_file set state = 'accepted' where tenant_id = :tenant and id = :id and state = 'quarantined'",
      {{"tenant", scope.tenant}, {"id", file.id}});
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 0) return std::unexpected(stale("bank file"));
  auto noted = scope.session.run(
      "insert into bank_file_acceptance (tenant_id, file_id, reason, operator_name) "
      "values (:tenant, :id, :reason, :operator)",
      {{"tenant", scope.tenant}, {"id", file.id}, {"reason", reason}, {"operator", operator_name}});
  if (!noted) return std::unexpected(noted.error());
  file.state = BankFileState::accepted;
  return {};
}

Result<std::vector<BankFile>> list_bank_files(const Scope& scope, std::uint64_t most) {
  return select_files(scope, "order by received_at desc, id desc limit :most", {{"most", limit_of(most)}});
}

Result<std::vector<Finding>> findings_of(const Scope& scope, const Id& bank_file) {
  auto rows = scope.session.rows<std::string, std::string, std::uint32_t, std::uint32_t, std::uint32_t, std::string,
                                 std::string, std::string, std::string, bool>(
      "select code, severity, line, column_first, column_last, path, field, message, remedy, refuses_file from "
      "bank_finding "
      "where tenant_id = :tenant and file_id = :file order by number",
      {{"tenant", scope.tenant}, {"file", bank_file}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Finding> findings;
  for (auto& [code, severity, line, first, last, path, field, message, remedy, refuses] : *rows) {
    findings.push_back({.code = std::move(code),
                        .severity = stored_name(parse_severity(severity)),
                        .place = {.file = {},
                                  .line = line,
                                  .column_first = first,
                                  .column_last = last,
                                  .path = std::move(path),
                                  .field = std::move(field)},
                        .message = std::move(message),
                        .remedy = std::move(remedy),
                        .refuses_file = refuses});
  }
  return findings;
}

Result<std::vector<BankBlock>> blocks_of(const Scope& scope, const Id& bank_file) {
  auto rows = scope.session.rows<std::uint32_t, std::uint32_t, std::string, std::string, std::string, std::string,
                                 std::optional<Date>, std::optional<Date>, std::int64_t, std::int64_t>(
      "select number, line, block_id, original_id, instrument, creditor_account_last4, collect_on, settled_on, "
      "declared_count, declared_sum_minor from bank_block where tenant_id = :tenant and file_id = :file order by "
      "number",
      {{"tenant", scope.tenant}, {"file", bank_file}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<BankBlock> blocks;
  for (auto& [number, line, block_id, original_id, instrument, last4, collect_on, settled_on, count, sum] : *rows) {
    blocks.push_back({.number = number,
                      .line = line,
                      .block_id = std::move(block_id),
                      .original_id = std::move(original_id),
                      .instrument = std::move(instrument),
                      .creditor_account_last4 = std::move(last4),
                      .collect_on = collect_on,
                      .settled_on = settled_on,
                      .declared_count = count,
                      .declared_sum_minor = sum});
  }
  return blocks;
}

}  // namespace counterfoil
