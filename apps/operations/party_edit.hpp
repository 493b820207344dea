// New data for payers and creditor accounts. What banks have to be told goes along with the next collections.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apps/operations/desk.hpp"
#include "billing/batch.hpp"
#include "mandates/mandate.hpp"

namespace counterfoil {

/// Absent: unchanged.
struct PayerEdit {
  std::string number;
  std::optional<std::string> name = {}, email = {};
  std::optional<std::string> street = {}, building = {}, postcode = {}, town = {}, country = {};
  std::optional<std::string> account = {}, bank = {};
  bool same_bank = false;  // The new account is at the old bank.
  std::string why = {};
};

struct PayerEditResult {
  Payer payer;
  std::uint64_t mandates_amended = 0;
  bool already = false;
};

/// Changes the payer, and amends every mandate of his that has not ended: a new account or bank, and a new address. The
/// name on a mandate is the account holder's and stays. "payer.unknown", "payer.value", "payer.nothing-to-change".
[[nodiscard]] Result<PayerEditResult> edit_payer(Desk& desk, const PayerEdit& edit);

struct CreditorEditResult {
  CreditorAccount account;
  std::uint64_t mandates_amended = 0;
  bool already = false;
};

/// Takes over a creditor file for an account that is there. Where the scheme wants it, every mandate that was used
/// carries the old creditor identifier and name with its next collection. Scheme, format, currency and account number
/// stay: they make another account. "creditor.unknown", "creditor.fixed", "creditor.batches-open" while batches of the
/// account are not sent yet, and "creditor.change-on-its-way" while an earlier change has not reached every bank.
[[nodiscard]] Result<CreditorEditResult> edit_creditor(Desk& desk, const std::string& label, const std::string& file);

}  // namespace counterfoil
