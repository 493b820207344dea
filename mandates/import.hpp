// From a row of a table to a mandate: every fault of the row with its column, not only the first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/finding.hpp"
#include "core/modulus_check.hpp"
#include "mandates/mandate.hpp"

namespace counterfoil {

/// The values of one row, by their column names; an absent column is empty. Without `payer_name` the account is in the
/// payer's own name. The payer's number stands in the column `payer`. `last_collected_on` is for mandates that were in use before they came here: it keeps them from
/// lapsing, and their next collection is no first one.
struct MandateRow {
  std::uint32_t line = 0;
  std::string_view reference, payer_number, payer_name, account, bank, account_kind, instrument, signed_on, type, street,
      building, postcode, town, country, limit, state;
  std::string_view last_collected_on = {};
  std::string_view identity = {};  // The payer's personal or organisation number.
};

struct MandateImportTerms {
  std::string scheme;
  std::string instrument;  // For rows without one.
  std::vector<std::string_view> instruments;  // Allowed ones.
  Id creditor_account;
  Currency currency;       // For `limit`.
  AccountCheck account = AccountCheck::none;
  bool bank_number_may_differ = false;  // CNAPS: a wrong check digit is only a warning at this site.
  unsigned reference_digits = 0;  // Of a mandate reference, an account and a payer's number that are digits only; 0: any text.
  unsigned account_digits = 0;
  unsigned identity_digits = 0;
  const ModulusTables* modulus = nullptr;  // British accounts; null: only their form is looked at.
  MandateRules rules;
  bool prenote_first = false;           // New mandates wait for a prenote.
  bool registration_first = false;      // ... for their registration at the payer's bank.
  Date today{};
};

struct MandateImport {
  Mandate mandate;                 // Without ids; whole only when no problem is an error.
  std::vector<Finding> problems;   // Place: line and field (the column name).
  [[nodiscard]] bool is_good() const;
};

/// Codes "mandate.<column>-missing", "mandate.<column>-invalid" and those of the account checks, each with its remedy.
[[nodiscard]] MandateImport import_mandate(const MandateRow& row, const MandateImportTerms& terms);

/// The same for a payer row (number, name, address, email).
struct PayerRow {
  std::uint32_t line = 0;
  std::string_view number, name, email, street, building, postcode, town, country;
};
struct PayerImport {
  Payer payer;
  std::vector<Finding> problems;
  [[nodiscard]] bool is_good() const;
};
[[nodiscard]] PayerImport import_payer(const PayerRow& row);

}  // namespace counterfoil
