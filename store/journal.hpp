// The receivables journal. Every row moves one amount from one account to another, so the books balance by
// construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "store/scope.hpp"

namespace counterfoil {

enum class BookAccount : std::uint8_t {
  receivable,    // What payers owe.
  income,        // What was billed.
  bank,          // Collected money.
  bank_charges,  // What the bank took for returns.
  loss,          // Written off.
  suspense,      // Came back before it was credited; the late credit clears it.
};

[[nodiscard]] std::string_view book_account_name(BookAccount account);  // "receivable", "bank-charges"

struct JournalRow {
  Id source;               // What it rests on: a claim or a bill,
  std::uint64_t step = 0;  // the number of its event, and
  std::uint32_t line = 1;  // the line within that event. Posted once, whoever tries again.
  Date on{};
  BookAccount debit = BookAccount::receivable;
  BookAccount credit = BookAccount::income;
  Currency currency;
  std::int64_t amount_minor = 0;  // Always positive.
  Id bill;                        // Nil: concerns no bill, such as a charge.
  Id claim;                       // Nil: not from a claim.
  std::string purpose;            // "billed", "settled", "returned", "charge", "written-off", "cancelled".
};

/// "store.guard" when the amount is not positive or both accounts are the same.
[[nodiscard]] Result<void> insert_journal(const Scope& scope, const JournalRow& row);

struct BookBalance {
  BookAccount account = BookAccount::receivable;
  Currency currency;
  std::int64_t debit_minor = 0;
  std::int64_t credit_minor = 0;
};
[[nodiscard]] Result<std::vector<BookBalance>> book_balances(const Scope& scope);
[[nodiscard]] Result<std::vector<JournalRow>> journal_of_bill(const Scope& scope, const Id& bill);

/// What is still owed on one bill: its amount less what the journal says came in or was given up.
[[nodiscard]] Result<std::int64_t> open_amount_of_bill(const Scope& scope, const Id& bill);

}  // namespace counterfoil
