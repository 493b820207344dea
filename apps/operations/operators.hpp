// People and scripts who act, and what their roles allow.
#pragma once

#include <string>
#include <vector>

#include "apps/operations/desk.hpp"

namespace counterfoil {

struct OperatorRequest {
  std::string name;
  std::string full_name;
  std::string system_user;  // Empty: acts only through --as, in a test environment.
  std::vector<Role> roles;
};

struct OperatorResult {
  OperatorRow row;
  bool already = false;
};

/// Adds the operator. One who is there with the same system user only gains the roles he lacks; another system user
/// under the same name is "operator.other-user" (conflict).
[[nodiscard]] Result<OperatorResult> add_operator(Desk& desk, const OperatorRequest& request);

/// Gives and takes roles, and lets an operator in or keeps him out.
struct OperatorChange {
  std::string name;
  std::vector<Role> grant;
  std::vector<Role> withdraw;
  std::optional<bool> active;
};
[[nodiscard]] Result<OperatorResult> change_operator(Desk& desk, const OperatorChange& change);

[[nodiscard]] Result<std::vector<OperatorRow>> operators(Desk& desk);

}  // namespace counterfoil
