#include "apps/operations/operators.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace counterfoil {
namespace {

std::string roles_text(const std::vector<Role>& roles) {
  std::vector<std::string_view> names;
  for (const auto role : roles) names.push_back(role_name(role));
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<OperatorRow> existing(Desk& desk, const std::string& name) {
  auto found = find_operator(desk.session(), desk.tenant().id, name);
  if (!found) return std::unexpected(found.error());
  if (*found) return std::move(**found);
  return std::unexpected(Error{.code = "operator.unknown",
                               .explanation = fmt::format("There is no operator named {}.", name),
                               .remedy = "See `counterfoil operator list`.",
                               .kind = ErrorKind::usage});
}

Result<OperatorResult> add_in_transaction(Desk& desk, const OperatorRequest& request) {
  auto found = find_operator(desk.session(), desk.tenant().id, request.name);
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    OperatorRow row;
    row.who.name = request.name;
    row.who.roles.insert(request.roles.begin(), request.roles.end());
    row.system_user = request.system_user;
    row.full_name = request.full_name;
    auto done = insert_operator(desk.session(), desk.tenant().id, row, desk.actor().name);
    if (!done && is_taken(done.error(), "operator_system_user")) {
      return std::unexpected(
          Error{.code = "operator.user-taken",
                .explanation = fmt::format("The system user {} already acts as another operator.", request.system_user),
                .remedy = "One system user is one person. See `counterfoil operator list`.",
                .kind = ErrorKind::conflict});
    }
    if (!done) return std::unexpected(done.error());
    done = desk.note("operator.add", "operator", request.name, fmt::format("roles: {}", roles_text(request.roles)));
    if (!done) return std::unexpected(done.error());
    return OperatorResult{std::move(row), false};
  }
  auto& row = **found;
  if (row.system_user != request.system_user) {
    return std::unexpected(
        Error{.code = "operator.other-user",
              .explanation = fmt::format("An operator named {} exists with another system user.", request.name),
              .remedy = "Choose another name, or see `counterfoil operator list`.",
              .kind = ErrorKind::conflict});
  }
  std::vector<Role> fresh;
  std::ranges::copy_if(request.roles, std::back_inserter(fresh),
                       [&](Role role) { return !row.who.roles.contains(role); });
  for (const auto role : fresh) {
    if (auto done = grant_role(desk.session(), desk.tenant().id, request.name, role, desk.actor().name); !done) {
      return std::unexpected(done.error());
    }
    row.who.roles.insert(role);
  }
  if (fresh.empty()) return OperatorResult{std::move(row), true};
  if (auto done = desk.note("operator.grant", "operator", request.name, roles_text(fresh)); !done) {
    return std::unexpected(done.error());
  }
  return OperatorResult{std::move(row), false};
}

Result<OperatorResult> change_in_transaction(Desk& desk, const OperatorChange& change) {
  auto row = existing(desk, change.name);
  if (!row) return std::unexpected(row.error());
  const auto before = *row;
  for (const auto role : change.grant) {
    if (!row->who.roles.insert(role).second) continue;
    if (auto done = grant_role(desk.session(), desk.tenant().id, change.name, role, desk.actor().name); !done) {
      return std::unexpected(done.error());
    }
  }
  for (const auto role : change.withdraw) {
    if (row->who.roles.erase(role) == 0) continue;
    if (auto done = withdraw_role(desk.session(), desk.tenant().id, change.name, role); !done) {
      return std::unexpected(done.error());
    }
  }
  if (change.active && *change.active != row->who.is_active) {
    if (auto done = set_operator_active(desk.session(), desk.tenant().id, change.name, *change.active); !done) {
      return std::unexpected(done.error());
    }
    row->who.is_active = *change.active;
  }
  if (before.who.roles == row->who.roles && before.who.is_active == row->who.is_active) {
    return OperatorResult{std::move(*row), true};
  }
  const auto noted = desk.note("operator.change", "operator", change.name,
                               fmt::format("granted: {}; withdrawn: {}; active: {}", roles_text(change.grant),
                                           roles_text(change.withdraw), row->who.is_active ? "yes" : "no"));
  if (!noted) return std::unexpected(noted.error());
  return OperatorResult{std::move(*row), false};
}

}  // namespace

Result<OperatorResult> add_operator(Desk& desk, const OperatorRequest& request) {
  if (auto allowed = desk.may(Action::manage_operators); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "operator-add", [&] { return add_in_transaction(desk, request); });
}

Result<OperatorResult> change_operator(Desk& desk, const OperatorChange& change) {
  if (auto allowed = desk.may(Action::manage_operators); !allowed) return std::unexpected(allowed.error());
  return in_one_transaction(desk, "operator-add", [&] { return change_in_transaction(desk, change); });
}

Result<std::vector<OperatorRow>> operators(Desk& desk) {
  if (auto allowed = desk.may(Action::look); !allowed) return std::unexpected(allowed.error());
  return list_operators(desk.session(), desk.tenant().id);
}

}  // namespace counterfoil
