// claims.csv: one row a claim.
//
//   reference, mandate, signed_on, sequence, payer_name, payer_account, payer_bank, amount, currency, collect_on,
//   remittance optional: payer_country, payer_town, payer_postcode, payer_street, payer_building, purpose,
//   account_kind, account_type,
//             prenote (yes/no),
//   reverses_on: the row gives back a debit that settled on that day
//
// A column that the scheme has no use for may be missing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "billing/batch.hpp"
#include "core/catalogue.hpp"
#include "core/date.hpp"
#include "core/exchange.hpp"
#include "core/finding.hpp"
#include "core/result.hpp"

namespace counterfoil {

/// One sound row. The texts of the entry stay valid until the next row.
struct ClaimRow {
  Entry entry;
  Date collect_on{};
  std::optional<Date> reverses_on = {};  // The debit it gives back settled on that day; the entry is then a credit.
};

class ClaimsTable {
 public:
  /// Opens the file, from its beginning. Rows are checked by `manner`, which is that of the account's scheme and
  /// outlives the table, like the account.
  [[nodiscard]] static Result<std::unique_ptr<ClaimsTable>> open(const std::string& path,
                                                                 const CreditorAccount& account, const SchemeManner& manner,
                                                                 Date today);

  ~ClaimsTable();

  /// The next sound row; null at the end. Unsound rows become findings: all of a row's faults, each with its column.
  [[nodiscard]] Result<const ClaimRow*> next();

  /// Of the table and its rows, in the order of the file.
  [[nodiscard]] std::vector<Finding> take_findings();

 private:
  class Machine;
  explicit ClaimsTable(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace counterfoil
