#include "store/import_runs.hpp"

#include <cstring>

#include "core/require.hpp"

namespace counterfoil {

namespace {

Digest digest_from(const SqlBytes& stored) {
  Digest digest{};
  require(stored.bytes.size() == digest.size(), "A stored digest has 32 bytes.");
  std::memcpy(digest.data(), stored.bytes.data(), digest.size());
  return digest;
}

using RunColumns =
    std::tuple<Id, std::string, std::string, SqlBytes, std::uint64_t, std::uint64_t, std::string, std::string>;

ImportRun run_of(const RunColumns& columns) {
  const auto& [id, kind, file_name, digest, good, bad, operator_name, at] = columns;
  return {id, kind, file_name, digest_from(digest), good, bad, operator_name, at};
}

#define RUN_COLUMNS                                                          \
  "select id, kind, file_name, sha256, rows_good, rows_bad, operator_name, " \
  "to_char(at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from import_run where tenant_id = :tenant "

}  // namespace

Result<void> insert_import_run(const Scope& scope, const ImportRun& run) {
  auto made = scope.session.run(
      "insert into import_run (tenant_id, id, kind, file_name, sha256, rows_good, rows_bad, operator_name) "
      "values (:tenant, :id, :kind, :file_name, :sha256, :good, :bad, :operator)",
      {{"tenant", scope.tenant},
       {"id", run.id},
       {"kind", run.kind},
       {"file_name", run.file_name},
       {"sha256", SqlValue::bytes(digest_bytes(run.digest))},
       {"good", run.rows_good},
       {"bad", run.rows_bad},
       {"operator", run.operator_name}});
  if (!made) return std::unexpected(made.error());
  return {};
}

Result<std::optional<ImportRun>> find_import_run(const Scope& scope, std::string_view kind, const Digest& digest) {
  auto row =
      scope.session
          .first_row<Id, std::string, std::string, SqlBytes, std::uint64_t, std::uint64_t, std::string, std::string>(
              RUN_COLUMNS "and kind = :kind and sha256 = :sha256",
              {{"tenant", scope.tenant}, {"kind", kind}, {"sha256", SqlValue::bytes(digest_bytes(digest))}});
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<ImportRun>{};
  return std::optional{run_of(**row)};
}

Result<std::vector<ImportRun>> list_import_runs(const Scope& scope, std::uint64_t most) {
  auto rows = scope.session
                  .rows<Id, std::string, std::string, SqlBytes, std::uint64_t, std::uint64_t, std::string, std::string>(
                      RUN_COLUMNS "order by at desc, id desc limit :most", {{"tenant", scope.tenant}, {"most", most}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<ImportRun> runs;
  for (const auto& columns : *rows) runs.push_back(run_of(columns));
  return runs;
}

Result<std::optional<IdempotentAnswer>> find_idempotent(const Scope& scope, std::string_view key,
                                                        const Digest& request) {
  auto row = scope.session.first_row<SqlBytes, std::string>(
      "select request_sha256, result from idempotency where tenant_id = :tenant and key = :key",
      {{"tenant", scope.tenant}, {"key", key}});
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<IdempotentAnswer>{};
  const Digest before = digest_from(std::get<0>(**row));
  if (before != request) {
    return std::unexpected(Error{"idempotency.other-request",
                                 "This idempotency key was used for another request.",
                                 "Use a new key for a new request, and the same key only to repeat the same one.",
                                 {},
                                 ErrorKind::conflict});
  }
  return std::optional{IdempotentAnswer{before, std::get<1>(**row)}};
}

Result<void> save_idempotent(const Scope& scope, std::string_view key, const IdempotentAnswer& answer) {
  auto saved = scope.session.run(
      "insert into idempotency (tenant_id, key, request_sha256, result) values (:tenant, :key, :request, :result)",
      {{"tenant", scope.tenant},
       {"key", key},
       {"request", SqlValue::bytes(digest_bytes(answer.request))},
       {"result", answer.result}});
  if (!saved) return std::unexpected(saved.error());
  return {};
}

}  // namespace counterfoil
