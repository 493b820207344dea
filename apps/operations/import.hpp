// Payers, mandates and bills from CSV tables of people's making.
//
// payers:    number, name; optional email, street, building, postcode, town, country
// mandates:  reference, payer, account; optional payer_name, bank, account_kind, instrument, signed_on,
//            type (recurrent, one-off), limit, state, and an address as in payers
// bills:     number, payer, due_on, amount; optional currency, mandate, charge, charge_text, period_from, period_to,
//            notified_on, text. Rows of one number that follow one another are the charges of one bill; a negative
//            amount is a rebate.
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
  bool keep_good = false;       // Import the sound rows although others are wrong. Else one bad row refuses the file.
  std::string error_file = {};  // Where to put the bad rows with a column that says why; empty: nowhere.
  std::string creditor = {};    // Mandates: the creditor account they are for; empty: the only one.
  bool prenote_first = false;   // Mandates: wait for a prenote before the first debit (NACHA).
};

struct ImportResult {
  std::string_view kind;         // "payers", "mandates", "bills".
  std::uint64_t rows = 0;        // Of the file, without its header.
  std::uint64_t imported = 0;    // Payers, mandates or bills added.
  std::uint64_t unchanged = 0;   // There already, the same in everything the file says.
  std::uint64_t bad = 0;         // Rows left out.
  std::vector<Money> sums = {};  // Bills: what was added, one a currency.
  std::vector<Finding> findings = {};
  bool already = false;  // These very bytes were imported before.
  bool refused = false;  // Nothing was imported.
};

/// The same file a second time adds nothing and says so. A row whose number exists with other content is a bad row: an
/// import never changes what is there.
[[nodiscard]] Result<ImportResult> import_payers(Desk& desk, const ImportRequest& request);
[[nodiscard]] Result<ImportResult> import_mandates(Desk& desk, const ImportRequest& request);
[[nodiscard]] Result<ImportResult> import_bills(Desk& desk, const ImportRequest& request);

}  // namespace counterfoil
