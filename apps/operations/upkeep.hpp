// Is everything in order? For people at the start of the day, for scripts at night, and when something looks wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "store/invariants.hpp"
#include "store/migrations.hpp"
#include "store/reports.hpp"

namespace counterfoil {

/// One line of `doctor`.
struct Diagnosis {
  std::string name;
  bool good = false;
  bool is_warning = false;  // Not good, and nothing is refused because of it.
  std::string found;
  std::string remedy;  // When it is not good.
};

/// Looks at home, keys, cluster, database settings, migrations, operators, calendars and clock. Never fails: what
/// cannot be looked at is a line that is not good.
[[nodiscard]] std::vector<Diagnosis> diagnose(const DeskRequest& request);

struct StatusResult {
  Environment environment = Environment::test;
  std::string tenant, actor;
  Date today{};
  Overview figures;
  std::vector<std::string> next;  // Commands worth running, most urgent first, each with why after "  #".
};
[[nodiscard]] Result<StatusResult> status(Desk& desk);

struct CheckBooksResult {
  std::vector<InvariantResult> invariants;
  [[nodiscard]] bool is_whole() const;
};
/// Everything that must hold whatever happened. Quick leaves out opening every sealed value and reading every file.
[[nodiscard]] Result<CheckBooksResult> check_books(Desk& desk, bool quick);

struct MigrateResult {
  MigrationStatus status;
  int applied = 0;
};
/// Applies what is missing as the owner of the database; `look_only` only says what there is.
[[nodiscard]] Result<MigrateResult> migrate_database(const DeskRequest& request, bool look_only);

/// Starts or stops the private cluster of a home. Answers what it is now.
[[nodiscard]] Result<std::string> start_database(const DeskRequest& request);
[[nodiscard]] Result<std::string> stop_database(const DeskRequest& request);

struct AuditAnswer {
  std::uint64_t entries = 0;
  std::vector<AuditFault> faults;
  std::uint64_t fault_count = 0;
  AuditAnchor head;
};
/// Walks the whole chain. `anchor` is SEQUENCE:HASH as an earlier run printed it; "audit.anchor" when it is not.
[[nodiscard]] Result<AuditAnswer> check_audit(Desk& desk, const std::string& anchor);
[[nodiscard]] Result<std::vector<AuditEntry>> audit_log(Desk& desk, const AuditFilter& filter);

}  // namespace counterfoil
