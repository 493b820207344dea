// Who may do what. Pure: roles and facts in, an answer out. The database holds the most important of these rules again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "security/environment.hpp"

namespace counterfoil {

enum class Role : std::uint8_t {
  reader,         // Sees bills, batches, files and reports, accounts masked.
  preparer,       // Brings data in, plans, seals and works on exceptions.
  approver,       // Says yes to what another person prepared.
  releaser,       // Lets an approved file go to the bank.
  courier,        // Scripts: carries files to and from the bank.
  auditor,        // Reads everything, the audit trail included; changes nothing.
  administrator,  // Operators, creditor accounts, keys, the database. Moves no money.
};
inline constexpr std::array all_roles{Role::reader,  Role::preparer, Role::approver,     Role::releaser,
                                      Role::courier, Role::auditor,  Role::administrator};

enum class Action : std::uint8_t {
  look,            // List, show, explain, report.
  unmask_account,  // See a whole account number; leaves an audit entry.
  import_payers,
  import_mandates,
  change_mandate,  // Suspend, cancel, amend.
  import_bills,
  approve_bills,
  cancel_bill,
  plan_batch,  // Plan and create.
  seal_batch,
  void_batch,
  approve_batch,
  release_batch,
  carry_files,  // Take a released file from the outbox and say that it was sent.
  ingest_file,
  match_entries,
  resolve_exception,
  write_off,
  read_audit,
  check_books,
  manage_accounts,  // Creditor accounts and their channels.
  manage_operators,
  manage_database,  // Migrations, keys, backup.
  simulate_bank,    // Only in a test environment.
};
inline constexpr std::size_t action_count = static_cast<std::size_t>(Action::simulate_bank) + 1;

[[nodiscard]] std::string_view role_name(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view name);
[[nodiscard]] std::string_view action_name(Action action);  // "approve batches", for people, after "may not".
[[nodiscard]] bool role_allows(Role role, Action action);

/// A person or a script that acts. Mapped from the operating-system user, or named with --as in a test environment.
struct Operator {
  std::string name;
  std::set<Role> roles;
  bool is_active = true;
};

/// Fails with "permission.role" (kind refused), naming the roles that would allow it; with "permission.inactive" for a
/// disabled operator; with "permission.test-only" for what a live environment never does.
[[nodiscard]] Result<void> check_permission(const Operator& who, Action action, Environment environment);

/// Fails with "permission.as-in-live": only a test environment lets one user act as another.
[[nodiscard]] Result<void> check_acting_as(Environment environment);

/// How many different people a batch needs.
enum class ReleaseRule : std::uint8_t {
  other_than_preparer,  // The releaser may be the approver, never the preparer.
  third_person,         // Preparer, approver and releaser are three people.
};

[[nodiscard]] std::string_view release_rule_name(ReleaseRule rule);  // "other-than-preparer", "third-person"
[[nodiscard]] std::optional<ReleaseRule> parse_release_rule(std::string_view name);

/// Fails with "permission.four-eyes" when the approver prepared it.
[[nodiscard]] Result<void> check_approver(std::string_view approver, std::string_view preparer);

/// Fails with "permission.four-eyes" when the releaser prepared it, or approved it under `third_person`.
[[nodiscard]] Result<void> check_releaser(std::string_view releaser, std::string_view preparer,
                                          std::string_view approver, ReleaseRule rule);

}  // namespace counterfoil
