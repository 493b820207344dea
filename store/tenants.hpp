// The installation with its environment, the tenants in it, and the operators with their roles.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "security/environment.hpp"
#include "security/permission.hpp"
#include "store/session.hpp"

namespace counterfoil {

/// Fixed when the database is made; the database itself refuses to change it.
struct Installation {
  Environment environment = Environment::test;
  Id id;
  std::string created_at;  // RFC 3339 in UTC.
};

/// Writes the one row. The same environment again: nothing happens. "installation.other-environment" (refused) else.
[[nodiscard]] Result<Installation> fix_environment(Session& session, Environment environment);

/// Nothing when the environment was never fixed.
[[nodiscard]] Result<std::optional<Installation>> installation(Session& session);

struct Tenant {
  std::int64_t id = 0;
  std::string label;  // Short key.
  std::string name;
  ReleaseRule release_rule = ReleaseRule::other_than_preparer;
  std::int64_t approver_limit_minor = 0;  // What one approver may approve alone; 0: no limit.
};

[[nodiscard]] Result<void> insert_tenant(Session& session, const Tenant& tenant);
[[nodiscard]] Result<std::optional<Tenant>> find_tenant(Session& session, std::string_view label);
[[nodiscard]] Result<std::vector<Tenant>> list_tenants(Session& session);

struct OperatorRow {
  Operator who;
  std::string system_user;  // The operating-system user who acts as this operator; empty: only through --as.
  std::string full_name;
};

/// "store.already" with field "operator_pkey" or "operator_system_user" when taken.
[[nodiscard]] Result<void> insert_operator(Session& session, std::int64_t tenant, const OperatorRow& row,
                                           std::string_view granted_by);
[[nodiscard]] Result<std::optional<OperatorRow>> find_operator(Session& session, std::int64_t tenant,
                                                               std::string_view name);
[[nodiscard]] Result<std::optional<OperatorRow>> find_operator_of_system_user(Session& session, std::int64_t tenant,
                                                                              std::string_view system_user);
[[nodiscard]] Result<std::vector<OperatorRow>> list_operators(Session& session, std::int64_t tenant);
[[nodiscard]] Result<void> grant_role(Session& session, std::int64_t tenant, std::string_view name, Role role,
                                      std::string_view granted_by);
[[nodiscard]] Result<void> withdraw_role(Session& session, std::int64_t tenant, std::string_view name, Role role);
[[nodiscard]] Result<void> set_operator_active(Session& session, std::int64_t tenant, std::string_view name,
                                               bool active);

/// The database's clock, for business time: RFC 3339 in UTC, and the day.
[[nodiscard]] Result<std::string> database_now(Session& session);

/// How many seconds the server's clock is ahead of these seconds since 1970; below zero: behind.
[[nodiscard]] Result<std::int64_t> database_seconds_ahead_of(Session& session, std::int64_t seconds);

/// A setting of the server, such as "fsync"; nothing when it has none of that name.
[[nodiscard]] Result<std::optional<std::string>> database_setting(Session& session, std::string_view name);

}  // namespace counterfoil
