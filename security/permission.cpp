#include "security/permission.hpp"

#include <fmt/format.h>

#include "core/require.hpp"

namespace counterfoil {

namespace {

using RoleBits = std::uint8_t;

constexpr RoleBits bit(Role role) { return static_cast<RoleBits>(1U << static_cast<unsigned>(role)); }

template <class... Roles>
constexpr RoleBits only(Roles... roles) {
  return static_cast<RoleBits>((0U | ... | bit(roles)));
}

constexpr RoleBits everyone = only(Role::reader, Role::preparer, Role::approver, Role::releaser, Role::courier,
                                   Role::auditor, Role::administrator);

struct Rule {
  Action action;
  std::string_view name;
  RoleBits roles;
  bool test_only = false;
};

// The whole matrix. Nobody who moves money manages operators, and who manages operators moves no money.
constexpr std::array rules{
    Rule{Action::look, "look at data", everyone},
    Rule{Action::unmask_account, "see whole account numbers", only(Role::preparer, Role::auditor)},
    Rule{Action::import_payers, "import payers", only(Role::preparer)},
    Rule{Action::import_mandates, "import mandates", only(Role::preparer)},
    Rule{Action::change_mandate, "change mandates", only(Role::preparer)},
    Rule{Action::import_bills, "import bills", only(Role::preparer)},
    Rule{Action::approve_bills, "approve bills", only(Role::approver)},
    Rule{Action::cancel_bill, "cancel bills", only(Role::approver)},
    Rule{Action::plan_batch, "plan batches", only(Role::preparer)},
    Rule{Action::seal_batch, "seal batches", only(Role::preparer)},
    Rule{Action::void_batch, "void batches", only(Role::preparer, Role::approver, Role::releaser)},
    Rule{Action::approve_batch, "approve batches", only(Role::approver)},
    Rule{Action::release_batch, "release batches", only(Role::releaser)},
    Rule{Action::carry_files, "carry files to the bank", only(Role::releaser, Role::courier)},
    Rule{Action::ingest_file, "ingest bank files", only(Role::preparer, Role::courier)},
    Rule{Action::match_entries, "match bank entries", only(Role::preparer, Role::courier)},
    Rule{Action::resolve_exception, "resolve exceptions", only(Role::preparer)},
    Rule{Action::write_off, "write off", only(Role::approver)},
    Rule{Action::read_audit, "read the audit trail", only(Role::auditor, Role::administrator)},
    Rule{Action::check_books, "check the books", everyone},
    Rule{Action::manage_accounts, "manage creditor accounts", only(Role::administrator)},
    Rule{Action::manage_operators, "manage operators", only(Role::administrator)},
    Rule{Action::manage_database, "manage the database", only(Role::administrator)},
    Rule{Action::simulate_bank, "play the bank", only(Role::preparer, Role::courier, Role::administrator), true},
};
static_assert(rules.size() == action_count, "Every action has its row.");
static_assert(
    [] {
      for (std::size_t i = 0; i < rules.size(); ++i) {
        if (static_cast<std::size_t>(rules[i].action) != i) return false;
      }
      return true;
    }(),
    "The rows stand in the order of the actions.");

constexpr std::array<std::string_view, all_roles.size()> role_names{"reader",  "preparer", "approver",     "releaser",
                                                                    "courier", "auditor",  "administrator"};

const Rule& rule_of(Action action) {
  const auto index = static_cast<std::size_t>(action);
  require(index < rules.size(), "An action has a row in the matrix.");
  return rules[index];
}

std::string names_of(RoleBits roles) {
  std::string names;
  for (const Role role : all_roles) {
    if ((roles & bit(role)) == 0) continue;
    if (!names.empty()) names += ", ";
    names += role_name(role);
  }
  return names;
}

Error refused(std::string code, std::string explanation, std::string remedy) {
  return Error{std::move(code), std::move(explanation), std::move(remedy), {}, ErrorKind::refused};
}

}  // namespace

std::string_view role_name(Role role) { return role_names[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view name) {
  for (const Role role : all_roles) {
    if (role_name(role) == name) return role;
  }
  return std::nullopt;
}

std::string_view action_name(Action action) { return rule_of(action).name; }

bool role_allows(Role role, Action action) { return (rule_of(action).roles & bit(role)) != 0; }

Result<void> check_permission(const Operator& who, Action action, Environment environment) {
  const Rule& rule = rule_of(action);
  if (!who.is_active) {
    return std::unexpected(refused("permission.inactive", fmt::format("Operator {} is disabled.", who.name),
                                   "Ask an administrator to enable the operator."));
  }
  if (rule.test_only && environment != Environment::test) {
    return std::unexpected(refused("permission.test-only",
                                   fmt::format("Nobody may {} in a live environment.", rule.name),
                                   "Use a database that was made as a test environment."));
  }
  for (const Role role : who.roles) {
    if ((rule.roles & bit(role)) != 0) return {};
  }
  return std::unexpected(
      refused("permission.role", fmt::format("Operator {} may not {}.", who.name, rule.name),
              fmt::format("It takes one of these roles: {}. An administrator can grant one.", names_of(rule.roles))));
}

Result<void> check_acting_as(Environment environment) {
  if (environment == Environment::test) return {};
  return std::unexpected(refused("permission.as-in-live", "In a live environment nobody acts as somebody else.",
                                 "Run the command as the operating-system user of that operator."));
}

std::string_view release_rule_name(ReleaseRule rule) {
  return rule == ReleaseRule::third_person ? "third-person" : "other-than-preparer";
}

std::optional<ReleaseRule> parse_release_rule(std::string_view name) {
  if (name == "other-than-preparer") return ReleaseRule::other_than_preparer;
  if (name == "third-person") return ReleaseRule::third_person;
  return std::nullopt;
}

Result<void> check_approver(std::string_view approver, std::string_view preparer) {
  if (approver != preparer) return {};
  return std::unexpected(refused("permission.four-eyes",
                                 fmt::format("{} prepared this and cannot approve it as well.", approver),
                                 "Let another person with the role approver look at it."));
}

Result<void> check_releaser(std::string_view releaser, std::string_view preparer, std::string_view approver,
                            ReleaseRule rule) {
  if (releaser == preparer) {
    return std::unexpected(refused("permission.four-eyes",
                                   fmt::format("{} prepared this and cannot release it as well.", releaser),
                                   "Let another person with the role releaser release it."));
  }
  if (rule == ReleaseRule::third_person && releaser == approver) {
    return std::unexpected(refused("permission.four-eyes",
                                   fmt::format("{} approved this and cannot release it as well.", releaser),
                                   "This organisation wants a third person: let another releaser do it."));
  }
  return {};
}

}  // namespace counterfoil
