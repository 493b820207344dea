// The accounts that collect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/operations/desk.hpp"
#include "billing/batch.hpp"

namespace counterfoil {

struct CreditorResult {
  CreditorAccount account;
  bool already = false;
};

/// Adds the account described by creditor.toml (see creditor_file.hpp) under a short label. The same file again changes
/// nothing; another one under a label in use is "creditor.label-taken" (conflict). `scheme` may be empty when the file
/// names it.
[[nodiscard]] Result<CreditorResult> add_creditor(Desk& desk, std::string_view label, const std::string& file,
                                                  std::string_view scheme);

/// Reads the file, gives the account its label and checks its numbers; nothing is stored.
[[nodiscard]] Result<CreditorAccount> read_creditor_account(Desk& desk, std::string_view label, const std::string& file,
                                                            std::string_view scheme);

[[nodiscard]] Result<std::vector<CreditorAccount>> creditors(Desk& desk);

/// "creditor.unknown" names the labels there are. With an empty label: the only account, or "creditor.which".
[[nodiscard]] Result<CreditorAccount> creditor(Desk& desk, std::string_view label);

}  // namespace counterfoil
