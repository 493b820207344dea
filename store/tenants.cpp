#include "store/tenants.hpp"

#include <fmt/format.h>

#include "core/require.hpp"

namespace counterfoil {

namespace {

// RFC 3339 in UTC with microseconds; the session's time zone is UTC.
constexpr std::string_view rfc3339 = R"('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')";

Role role_of(std::string_view name) {
  const auto role = parse_role(name);
  require(role.has_value(), "The database knows only our roles.");
  return *role;
}

constexpr std::string_view select_operator =
    "select o.name, o.full_name, coalesce(o.system_user_name, ''), o.is_active, "
    "coalesce((select string_agg(r.role, ',') from operator_role r "
    "          where r.tenant_id = o.tenant_id and r.operator_name = o.name), '') "
    "from operator o where o.tenant_id = :tenant";

using OperatorColumns = std::tuple<std::string, std::string, std::string, bool, std::string>;

OperatorRow operator_of(const OperatorColumns& columns) {
  const auto& [name, full_name, system_user, is_active, roles] = columns;
  OperatorRow row{
      .who = {.name = name, .roles = {}, .is_active = is_active}, .system_user = system_user, .full_name = full_name};
  std::string_view left = roles;
  while (!left.empty()) {
    const auto comma = std::min(left.find(','), left.size());
    row.who.roles.insert(role_of(left.substr(0, comma)));
    left.remove_prefix(std::min(comma + 1, left.size()));
  }
  return row;
}

Result<std::optional<OperatorRow>> first_operator(Session& session, std::string_view condition, std::int64_t tenant,
                                                  std::string_view value) {
  auto row = session.first_row<std::string, std::string, std::string, bool, std::string>(
      fmt::format("{} and {} = :value", select_operator, condition), {{"tenant", tenant}, {"value", value}});
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<OperatorRow>{};
  return std::optional{operator_of(**row)};
}

Error operator_missing(std::string_view name) {
  return Error{"operator.unknown",
               fmt::format("There is no operator {}.", name),
               "Look at `counterfoil user list`.",
               {},
               ErrorKind::usage};
}

Result<Tenant> tenant_of(const std::tuple<std::int64_t, std::string, std::string, std::string, std::int64_t>& columns) {
  const auto rule = parse_release_rule(std::get<3>(columns));
  require(rule.has_value(), "The database knows only our release rules.");
  return Tenant{.id = std::get<0>(columns),
                .label = std::get<1>(columns),
                .name = std::get<2>(columns),
                .release_rule = *rule,
                .approver_limit_minor = std::get<4>(columns)};
}

}  // namespace

Result<std::optional<Installation>> installation(Session& session) {
  auto row = session.first_row<std::string, Id, std::string>(
      fmt::format("select environment, id, to_char(created_at, {}) from installation", rfc3339));
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<Installation>{};
  const auto environment = parse_environment(std::get<0>(**row));
  require(environment.has_value(), "An installation is test or live.");
  return std::optional{Installation{*environment, std::get<1>(**row), std::get<2>(**row)}};
}

Result<Installation> fix_environment(Session& session, Environment environment) {
  auto made =
      session.run("insert into installation (environment, id) values (:environment, :id) on conflict do nothing",
                  {{"environment", environment_name(environment)}, {"id", new_id()}});
  if (!made) return std::unexpected(made.error());
  auto found = installation(session);
  if (!found) return std::unexpected(found.error());
  require(found->has_value(), "The installation row was just written.");
  if ((*found)->environment != environment) {
    return std::unexpected(Error{
        "installation.other-environment",
        fmt::format("This database was made for a {} environment, for good.", environment_name((*found)->environment)),
        fmt::format("Make another database for {}.", environment_name(environment)),
        {},
        ErrorKind::refused});
  }
  return **found;
}

Result<void> insert_tenant(Session& session, const Tenant& tenant) {
  auto fixed = installation(session);
  if (!fixed) return std::unexpected(fixed.error());
  if (!*fixed) {
    return std::unexpected(Error{"installation.not-fixed",
                                 "The database is neither test nor live yet.",
                                 "Run `counterfoil init` first.",
                                 {},
                                 ErrorKind::usage});
  }
  auto made = session.run(
      "insert into tenant (tenant_id, environment, label, name, release_rule, approver_limit_minor) "
      "values (:tenant, :environment, :label, :name, :rule, :most)",
      {{"tenant", tenant.id},
       {"environment", environment_name((*fixed)->environment)},
       {"label", tenant.label},
       {"name", tenant.name},
       {"rule", release_rule_name(tenant.release_rule)},
       {"most", tenant.approver_limit_minor}});
  if (!made) return std::unexpected(made.error());
  auto counters =
      session.run("insert into tenant_counter (tenant_id, name) select :tenant, unnest(array['batch', 'exception'])",
                  {{"tenant", tenant.id}});
  if (!counters) return std::unexpected(counters.error());
  auto head =
      session.run("insert into audit_head (tenant_id, sequence, hash) values (:tenant, 0, decode(:zeros, 'hex'))",
                  {{"tenant", tenant.id}, {"zeros", std::string(64, '0')}});
  if (!head) return std::unexpected(head.error());
  return {};
}

Result<std::vector<Tenant>> list_tenants(Session& session) {
  auto rows = session.rows<std::int64_t, std::string, std::string, std::string, std::int64_t>(
      "select tenant_id, label, name, release_rule, approver_limit_minor from tenant order by tenant_id");
  if (!rows) return std::unexpected(rows.error());
  std::vector<Tenant> tenants;
  for (const auto& columns : *rows) {
    auto tenant = tenant_of(columns);
    if (!tenant) return std::unexpected(tenant.error());
    tenants.push_back(std::move(*tenant));
  }
  return tenants;
}

Result<std::optional<Tenant>> find_tenant(Session& session, std::string_view label) {
  auto tenants = list_tenants(session);
  if (!tenants) return std::unexpected(tenants.error());
  for (auto& tenant : *tenants) {
    if (tenant.label == label) return std::optional{std::move(tenant)};
  }
  return std::optional<Tenant>{};
}

Result<void> insert_operator(Session& session, std::int64_t tenant, const OperatorRow& row,
                             std::string_view granted_by) {
  auto made = session.run(
      "insert into operator (tenant_id, name, full_name, system_user_name, is_active, created_by) "
      "values (:tenant, :name, :full_name, :system_user, :active, :by)",
      {{"tenant", tenant},
       {"name", row.who.name},
       {"full_name", row.full_name},
       {"system_user", SqlValue::text_or_null(row.system_user)},
       {"active", row.who.is_active},
       {"by", granted_by}});
  if (!made) return std::unexpected(made.error());
  for (const Role role : row.who.roles) {
    if (auto granted = grant_role(session, tenant, row.who.name, role, granted_by); !granted) return granted;
  }
  return {};
}

Result<std::optional<OperatorRow>> find_operator(Session& session, std::int64_t tenant, std::string_view name) {
  return first_operator(session, "o.name", tenant, name);
}

Result<std::optional<OperatorRow>> find_operator_of_system_user(Session& session, std::int64_t tenant,
                                                                std::string_view system_user) {
  return first_operator(session, "o.system_user_name", tenant, system_user);
}

Result<std::vector<OperatorRow>> list_operators(Session& session, std::int64_t tenant) {
  auto rows = session.rows<std::string, std::string, std::string, bool, std::string>(
      fmt::format("{} order by o.name", select_operator), {{"tenant", tenant}});
  if (!rows) return std::unexpected(rows.error());
  std::vector<OperatorRow> operators;
  for (const auto& columns : *rows) operators.push_back(operator_of(columns));
  return operators;
}

Result<void> grant_role(Session& session, std::int64_t tenant, std::string_view name, Role role,
                        std::string_view granted_by) {
  auto known = find_operator(session, tenant, name);
  if (!known) return std::unexpected(known.error());
  if (!*known) return std::unexpected(operator_missing(name));
  auto granted = session.run(
      "insert into operator_role (tenant_id, operator_name, role, granted_by) values (:tenant, :name, :role, :by) "
      "on conflict (tenant_id, operator_name, role) do nothing",
      {{"tenant", tenant}, {"name", name}, {"role", role_name(role)}, {"by", granted_by}});
  if (!granted) return std::unexpected(granted.error());
  return {};
}

Result<void> withdraw_role(Session& session, std::int64_t tenant, std::string_view name, Role role) {
  auto gone =
      session.run("delete from operator_role where tenant_id = :tenant and operator_name = :name and role = :role",
                  {{"tenant", tenant}, {"name", name}, {"role", role_name(role)}});
  if (!gone) return std::unexpected(gone.error());
  return {};
}

Result<void> set_operator_active(Session& session, std::int64_t tenant, std::string_view name, bool active) {
  auto changed = session.run("update operator set is_active = :active where tenant_id = :tenant and name = :name",
                             {{"active", active}, {"tenant", tenant}, {"name", name}});
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 0) return std::unexpected(operator_missing(name));
  return {};
}

Result<std::string> database_now(Session& session) {
  auto row = session.first_row<std::string>(fmt::format("select to_char(clock_timestamp(), {})", rfc3339));
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<std::int64_t> database_seconds_ahead_of(Session& session, std::int64_t seconds) {
  auto row = session.first_row<std::int64_t>(
      "select extract(epoch from clock_timestamp())::bigint - :seconds::bigint", {{"seconds", seconds}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

Result<std::optional<std::string>> database_setting(Session& session, std::string_view name) {
  auto row = session.first_row<std::optional<std::string>>("select current_setting(:name, true)", {{"name", name}});
  if (!row) return std::unexpected(row.error());
  return std::get<0>(**row);
}

}  // namespace counterfoil
