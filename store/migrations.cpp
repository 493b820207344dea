#include "store/migrations.hpp"

#include <fmt/format.h>

#include "core/require.hpp"
#include "security/digest.hpp"

namespace counterfoil {

namespace {

// Outside the numbered steps, because they need it. A row, not an advisory lock, keeps two programs apart: it works
// behind any connection pooler.
constexpr std::string_view ledger_sql = R"(
create table if not exists migration (
  number integer not null primary key,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now()
);
create table if not exists migration_lock (id integer not null primary key);
insert into migration_lock values (1) on conflict do nothing;
select id from migration_lock where id = 1 for update;
grant select on migration to counterfoil_app;
)";

struct Applied {
  std::int32_t number = 0;
  std::string digest;
};

Result<bool> has_ledger(Session& session) {
  auto row = session.first_row<bool>("select to_regclass('public.migration') is not null");
  if (!row) return std::unexpected(row.error());
  return std::get<0>(row->value());
}

Result<std::vector<Applied>> applied_migrations(Session& session) {
  auto rows = session.rows<std::int32_t, std::string>("select number, sha256 from migration order by number");
  if (!rows) return std::unexpected(rows.error());
  std::vector<Applied> applied;
  for (auto& [number, digest] : *rows) applied.push_back({number, std::move(digest)});
  return applied;
}

// Answers how many of the program's steps the database has.
Result<std::int32_t> compare(const std::vector<Applied>& applied, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (i >= migrations.size()) {
      return std::unexpected(Error{"migration.newer",
                                   fmt::format("The database has step {}, and this program knows only {}.",
                                               applied.back().number, migrations.size()),
                                   "Install the version of counterfoil that made it, or a later one.",
                                   {},
                                   ErrorKind::refused});
    }
    if (applied[i].number != migrations[i].number || applied[i].digest != digest_text(digest_of(migrations[i].sql))) {
      return std::unexpected(Error{
          "migration.changed",
          fmt::format("Step {} ({}) is not the one that made this database.", migrations[i].number, migrations[i].name),
          "Use the released program: a step that has run is never edited, a new one follows it.",
          {},
          ErrorKind::refused});
    }
  }
  return static_cast<std::int32_t>(applied.size());
}

// One step, or nothing when it was the last. Another program may have been faster; the lock's row shows its work.
Result<bool> apply_next(Session& session, std::span<const Migration> migrations) {
  auto transaction = session.begin();
  if (!transaction) return std::unexpected(transaction.error());
  if (auto locked = session.rows<std::int32_t>("select id from migration_lock where id = 1 for update"); !locked) {
    return std::unexpected(locked.error());
  }
  auto applied = applied_migrations(session);
  if (!applied) return std::unexpected(applied.error());
  auto count = compare(*applied, migrations);
  if (!count) return std::unexpected(count.error());
  if (static_cast<std::size_t>(*count) == migrations.size()) return false;
  const Migration& next = migrations[static_cast<std::size_t>(*count)];
  if (auto ran = session.run_script(next.sql); !ran) {
    Error error = ran.error();
    error.explanation = fmt::format("Step {} ({}) could not be applied. {}", next.number, next.name, error.explanation);
    return std::unexpected(error);
  }
  auto noted =
      session.run("insert into migration (number, name, sha256) values (:number, :name, :sha256)",
                  {{"number", next.number}, {"name", next.name}, {"sha256", digest_text(digest_of(next.sql))}});
  if (!noted) return std::unexpected(noted.error());
  if (auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
  return true;
}

// Two programs that make the ledger at once collide in PostgreSQL's own tables; the loser finds it made. The grant stands
// behind the row's lock because two grants at once on one table fail.
Result<void> make_ledger(Session& session) {
  for (int attempt = 0;; ++attempt) {
    auto made = session.run_script(ledger_sql);
    if (made || attempt == 20) return made;
    auto exists = has_ledger(session);
    if (!exists || !*exists) return made;
  }
}

}  // namespace

Result<MigrationStatus> migration_status(Session& session, std::span<const Migration> migrations) {
  MigrationStatus status{.applied = 0, .embedded = static_cast<std::int32_t>(migrations.size())};
  auto exists = has_ledger(session);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return status;
  auto applied = applied_migrations(session);
  if (!applied) return std::unexpected(applied.error());
  auto count = compare(*applied, migrations);
  if (!count) return std::unexpected(count.error());
  status.applied = *count;
  return status;
}

Result<std::int32_t> migrate(Session& session, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    require(migrations[i].number == static_cast<std::int32_t>(i) + 1, "Migrations are numbered from 1 without a gap.");
  }
  if (auto made = make_ledger(session); !made) return std::unexpected(made.error());
  std::int32_t count = 0;
  while (true) {
    auto applied = apply_next(session, migrations);
    if (!applied) return std::unexpected(applied.error());
    if (!*applied) return count;
    ++count;
  }
}

}  // namespace counterfoil
