#include "security/permission.hpp"

#include <gtest/gtest.h>

namespace counterfoil {
namespace {

Operator with(std::initializer_list<Role> roles) { return {.name = "ana", .roles = roles, .is_active = true}; }

Action action_at(std::size_t index) { return static_cast<Action>(index); }

// The matrix as a person would write it down, apart from the one in the program. One row an action; the columns are
// reader, preparer, approver, releaser, courier, auditor, administrator.
constexpr std::array<std::string_view, action_count> expected{
    "xxxxxxx",  // look
    ".x...x.",  // unmask_account
    ".x.....",  // import_payers
    ".x.....",  // import_mandates
    ".x.....",  // change_mandate
    ".x.....",  // import_bills
    "..x....",  // approve_bills
    "..x....",  // cancel_bill
    ".x.....",  // plan_batch
    ".x.....",  // seal_batch
    ".xxx...",  // void_batch
    "..x....",  // approve_batch
    "...x...",  // release_batch
    "...xx..",  // carry_files
    ".x..x..",  // ingest_file
    ".x..x..",  // match_entries
    ".x.....",  // resolve_exception
    "..x....",  // write_off
    ".....xx",  // read_audit
    "xxxxxxx",  // check_books
    "......x",  // manage_accounts
    "......x",  // manage_operators
    "......x",  // manage_database
    ".x..x.x",  // simulate_bank
};

TEST(Permission, HoldsInEveryCellOfTheMatrix) {
  for (std::size_t row = 0; row < action_count; ++row) {
    for (std::size_t column = 0; column < all_roles.size(); ++column) {
      const bool allowed = expected[row][column] == 'x';
      const Role role = all_roles[column];
      EXPECT_EQ(role_allows(role, action_at(row)), allowed)
          << role_name(role) << " and " << action_name(action_at(row));
      EXPECT_EQ(check_permission(with({role}), action_at(row), Environment::test).has_value(), allowed);
    }
  }
}

TEST(Permission, IsTheSumOfSeveralRoles) {
  EXPECT_TRUE(
      check_permission(with({Role::preparer, Role::approver}), Action::approve_batch, Environment::live).has_value());
  EXPECT_TRUE(
      check_permission(with({Role::preparer, Role::approver}), Action::seal_batch, Environment::live).has_value());
  EXPECT_FALSE(
      check_permission(with({Role::preparer, Role::approver}), Action::release_batch, Environment::live).has_value());
}

TEST(Permission, IsNoneWithoutARoleOrWhenDisabled) {
  for (std::size_t row = 0; row < action_count; ++row) {
    EXPECT_EQ(check_permission(with({}), action_at(row), Environment::test).error().code, "permission.role");
    Operator disabled = with({Role::administrator, Role::preparer, Role::approver, Role::releaser});
    disabled.is_active = false;
    EXPECT_EQ(check_permission(disabled, action_at(row), Environment::test).error().code, "permission.inactive");
  }
}

TEST(Permission, NamesTheRolesThatWouldAllowIt) {
  const auto refused = check_permission(with({Role::reader}), Action::carry_files, Environment::live);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_EQ(refused.error().explanation, "Operator ana may not carry files to the bank.");
  EXPECT_NE(refused.error().remedy.find("releaser, courier"), std::string::npos);
}

TEST(Permission, NeverPlaysTheBankOrAnotherPersonInALiveEnvironment) {
  EXPECT_EQ(check_permission(with({Role::administrator}), Action::simulate_bank, Environment::live).error().code,
            "permission.test-only");
  EXPECT_TRUE(check_acting_as(Environment::test).has_value());
  EXPECT_EQ(check_acting_as(Environment::live).error().code, "permission.as-in-live");
}

TEST(FourEyes, NeedsTwoPeopleToApprove) {
  EXPECT_TRUE(check_approver("ben", "ana").has_value());
  EXPECT_EQ(check_approver("ana", "ana").error().code, "permission.four-eyes");
}

TEST(FourEyes, NeedsAnotherReleaserThanThePreparerAndAThirdPersonWhereSoRuled) {
  for (const auto rule : {ReleaseRule::other_than_preparer, ReleaseRule::third_person}) {
    EXPECT_TRUE(check_releaser("cem", "ana", "ben", rule).has_value());
    EXPECT_FALSE(check_releaser("ana", "ana", "ben", rule).has_value());
    EXPECT_EQ(check_releaser("ben", "ana", "ben", rule).has_value(), rule == ReleaseRule::other_than_preparer);
  }
}

TEST(Names, OfRolesAndRulesReadBack) {
  for (const Role role : all_roles) EXPECT_EQ(parse_role(role_name(role)), role);
  EXPECT_EQ(parse_role("owner"), std::nullopt);
  for (const auto rule : {ReleaseRule::other_than_preparer, ReleaseRule::third_person}) {
    EXPECT_EQ(parse_release_rule(release_rule_name(rule)), rule);
  }
}

}  // namespace
}  // namespace counterfoil
