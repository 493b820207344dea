// Making a home: environment, keys, database, tenant and first operator. Once; the same command again finishes what a
// crash left, and otherwise says that it is done.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "security/environment.hpp"
#include "security/permission.hpp"

namespace counterfoil {

struct InitRequest {
  std::filesystem::path home;  // Empty: by the rules of store/cluster.hpp.
  Environment environment = Environment::test;
  std::string database;  // postgresql://...; empty: a private cluster in the home.
  std::string tenant = "main";
  std::string tenant_name = "Main";
  ReleaseRule release_rule = ReleaseRule::other_than_preparer;
  std::string operator_name;  // Empty: the operating-system user's name.
  std::string full_name;
  std::vector<Role> roles = {Role::administrator, Role::preparer, Role::courier, Role::reader, Role::auditor};
  bool fast_and_unsafe = false;  // A test environment's cluster that does not wait for the disk.
};

struct InitResult {
  std::filesystem::path home;
  Environment environment = Environment::test;
  bool is_private = true;
  std::string operator_name;
  int migrations_applied = 0;
  bool already = false;  // Nothing was left to do.
};

/// Fails with "init.other-settings" when the home was made differently, and with what keys, cluster and database say.
[[nodiscard]] Result<InitResult> init(const InitRequest& request);

}  // namespace counterfoil
