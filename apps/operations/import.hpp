// Payers, mandates and bills from CSV tables of people's making.
//
// payers:    number, name; optional street, building, postcode, town, country, email
// mandates:  reference, payer, account; optional bank, account_kind, signed_on, payer_name, instrument, one_off (yes/no),
//            prenote (yes/no), most, last_collected_on, used
// bills:     number, payer, due_on, currency, amount; optional mandate, kind, charge, period_from, period_to,
//            notified_on, text. Rows of one number that follow one another are the charges of one bill: `kind` and
//            `charge` name each, and an amount may be negative for a rebate.
//
// Any column order; columns nobody asked for are ignored with a note. Amounts with a decimal point, dates ISO.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/operations/desk.hpp"
#include "core/finding.hpp"
#include "core/money.hpp"

namespace counterfoil {

struct ImportRequest {
  std::string file;
  bool keep_good = false;   // Import the sound rows although others are wrong. Else one bad row refuses the file.
  std::string error_file;   // Where to put the bad rows with a column that says why; empty: nowhere.
  std::string creditor;     // Mandates: the creditor account they are for; empty: the only one.
};

struct ImportResult {
  std::string_view kind;        // "payers", "mandates", "bills".
  std::uint64_t rows = 0;       // Of the file, without its header.
  std::uint64_t imported = 0;   // Payers, mandates or bills added.
  std::uint64_t unchanged = 0;  // There already, the same in everything the file says.
  std::uint64_t bad = 0;        // Rows left out.
  std::vector<Money> sums = {};      // Bills: what was added, one a currency.
  std::vector<Finding> findings = {};
  bool already = false;         // These very bytes were imported before.
  bool refused = false;         // Nothing was imported.
};

/// The same file a second time adds nothing and says so. A row whose number exists with other content is a bad row: an
/// import never changes what is there.
[[nodiscard]] Result<ImportResult> import_payers(Desk& desk, const ImportRequest& request);
[[nodiscard]] Result<ImportResult> import_mandates(Desk& desk, const ImportRequest& request);
[[nodiscard]] Result<ImportResult> import_bills(Desk& desk, const ImportRequest& request);

}  // namespace counterfoil
