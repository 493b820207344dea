// Bills with their charges and their history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "billing/bill.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// Writes new bills with their charges by COPY. A number that exists is "store.already" on "bill_number".
class BillWriter {
 public:
  BillWriter(const Scope& scope, const Id& import_run);
  [[nodiscard]] Result<void> add(const Bill& bill);
  [[nodiscard]] Result<void> finish();

 private:
  [[nodiscard]] Result<void> flush();
  Scope scope_;
  Id import_run_;
  CopyRows bills_;
  CopyRows charges_;
  std::uint64_t count_ = 0;
};

/// Saves state and approver of a changed bill, posts what the event means and appends it to the history: an approval
/// puts the amount into the books, a write-off or a cancellation takes what is open out of them. "store.stale" when the
/// row is no longer as it was read. Sets `bill.version` to that of the row.
[[nodiscard]] Result<void> save_bill(const Scope& scope, Bill& bill, BillEvent event, std::string_view operator_name,
                                     std::string_view detail);

[[nodiscard]] Result<std::optional<Bill>> find_bill(const Scope& scope, std::string_view number);
[[nodiscard]] Result<std::optional<Bill>> find_bill(const Scope& scope, const Id& id);

struct BillFilter {
  std::optional<BillState> state;
  std::optional<Date> due_from, due_to;
  Id payer;                // Nil: any.
  Id import_run;           // Nil: any.
  bool open_only = false;  // Something is still owed.
  std::uint64_t most = 0;  // 0: all.
};
/// In the order of their numbers; charges come with `with_charges`.
[[nodiscard]] Result<void> visit_bills(const Scope& scope, const BillFilter& filter, const Visitor<Bill>& visit,
                                       bool with_charges = false);

struct BillSums {
  std::uint64_t count = 0;
  std::int64_t amount_minor = 0;
  std::int64_t open_minor = 0;
  Currency currency;
};
/// One row a currency.
[[nodiscard]] Result<std::vector<BillSums>> sum_bills(const Scope& scope, const BillFilter& filter);

/// Approves every imported bill of the filter that another person brought in, in one statement; each gets its event.
/// Answers how many. The rules of `approve` in billing/bill.hpp hold: same person and limits leave a bill as it is.
[[nodiscard]] Result<std::uint64_t> approve_bills(const Scope& scope, const BillFilter& filter,
                                                  std::string_view approver, const ApprovalRules& rules, Date today);

/// Records on which day the payers were told of amount and date, with an event each: of the bills with these numbers, and
/// with `came_back` of every approved bill whose claim came back after its last notice. Bills that say so already stay as
/// they are. Answers how many changed.
[[nodiscard]] Result<std::uint64_t> record_notices(const Scope& scope, const std::vector<std::string>& numbers,
                                                   bool came_back, Date on, std::string_view operator_name);

/// Which of these numbers exist.
[[nodiscard]] Result<std::vector<std::string>> find_bill_numbers(const Scope& scope,
                                                                 const std::vector<std::string>& numbers);

/// One step in a bill's life, for `bill explain`: from its own history, its claims and what the bank said.
struct BillStep {
  std::string at;      // RFC 3339, or the day alone for a bank's date.
  std::string what;    // "imported", "approved", "claimed", "settled", ...
  std::string detail;  // Plain words: file, reference, reason as the bank wrote it.
  std::string operator_name;
  Id claim;  // Nil when it is about the bill alone.
  std::int64_t amount_minor = 0;
};
[[nodiscard]] Result<std::vector<BillStep>> bill_steps(const Scope& scope, const Id& bill);

}  // namespace counterfoil
