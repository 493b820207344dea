// From a row of a table to a bill: every fault of the row with its column, not only the first.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "billing/bill.hpp"
#include "core/finding.hpp"

namespace counterfoil {

/// The values of one row, by their column names; an absent column is empty. Rows with the same number and another charge
/// are one bill with several charges: see `extend_bill`.
struct BillRow {
  std::uint32_t line = 0;
  std::string_view number, payer_number, mandate, amount, currency, due_on, period_from, period_to, notified_on, text,
      charge, charge_text;
};

struct BillImportTerms {
  Currency currency = {};  // For rows without one, and the only one accepted when `one_currency`.
  bool one_currency = false;
  Date today{};
  int oldest_due_days = 3650;  // A due date further back or ahead than this is taken for a slip of the pen.
};

struct BillImport {
  Bill bill;  // Without ids; whole only when no problem is an error.
  std::vector<Finding> problems;
  [[nodiscard]] bool is_good() const;
};

/// Codes "bill.<column>-missing", "bill.<column>-invalid", "bill.currency-differs", "bill.amount-not-positive",
/// "bill.due-on-far", "bill.period-reversed",
/// and those of `Money::parse` and `Currency::parse`. A negative amount is a rebate; the first row of a bill has none.
[[nodiscard]] BillImport import_bill(const BillRow& row, const BillImportTerms& terms);

/// A following row with the same number and payer adds a charge to the bill: mandate, currency and dates are equal or
/// left out. What differs is a finding "bill.<column>-differs"; with any finding the bill is as before.
[[nodiscard]] std::vector<Finding> extend_bill(Bill& bill, const BillRow& row);

}  // namespace counterfoil
