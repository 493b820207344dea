// The numbered steps that make the database what this program expects. Embedded in the binary.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "store/session.hpp"

namespace counterfoil {

struct Migration {
  std::int32_t number = 0;  // From 1, without a gap.
  std::string_view name;    // "foundation".
  std::string_view sql;
};

[[nodiscard]] std::span<const Migration> embedded_migrations();

struct MigrationStatus {
  std::int32_t applied = 0;   // The last number the database has; 0: none.
  std::int32_t embedded = 0;  // The last number this program has.
  [[nodiscard]] bool is_current() const { return applied == embedded; }
};

/// Reads what was applied and compares every recorded checksum: "migration.changed" when a step was edited after it
/// ran, "migration.newer" when the database was made by a later program.
[[nodiscard]] Result<MigrationStatus> migration_status(Session& session,
                                                       std::span<const Migration> migrations = embedded_migrations());

/// Applies what is missing, each step in a transaction of its own under one lock, so that two programs starting at once
/// do it once. Answers how many were applied. Runs as the owner role.
[[nodiscard]] Result<std::int32_t> migrate(Session& session,
                                           std::span<const Migration> migrations = embedded_migrations());

}  // namespace counterfoil
