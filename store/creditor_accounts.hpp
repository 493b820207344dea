// The collecting accounts, and the gap-free numbers of their files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "billing/batch.hpp"
#include "store/scope.hpp"

namespace counterfoil {

[[nodiscard]] Result<void> insert_creditor_account(const Scope& scope, const CreditorAccount& account);
/// Writes all fields where the version is still that of `account`; "store.stale" (conflict) else.
[[nodiscard]] Result<void> update_creditor_account(const Scope& scope, const CreditorAccount& account);
[[nodiscard]] Result<std::optional<CreditorAccount>> find_creditor_account(const Scope& scope, std::string_view label);
[[nodiscard]] Result<std::optional<CreditorAccount>> find_creditor_account(const Scope& scope, const Id& id);
[[nodiscard]] Result<std::vector<CreditorAccount>> list_creditor_accounts(const Scope& scope);

/// Numbers a creditor account hands out one after the other, without a gap, in the transaction that uses them.
enum class Counter : std::uint8_t {
  file,   // Sealed files of the account.
  trace,  // Entries, such as the NACHA trace sequence or the 304 detail number.
};

/// Takes `count` numbers and answers the first. The row stays locked until the transaction ends, so a roll-back leaves
/// no gap and two takers never get the same.
[[nodiscard]] Result<std::uint64_t> take_numbers(const Scope& scope, const Id& creditor_account, Counter counter,
                                                 std::uint64_t count);

}  // namespace counterfoil
