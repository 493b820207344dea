// Approving bills, and telling the whole story of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "billing/bill.hpp"
#include "billing/claim.hpp"
#include "billing/plan.hpp"
#include "core/money.hpp"
#include "store/bills.hpp"

namespace counterfoil {

struct ApproveBillsRequest {
  std::vector<std::string> numbers;  // Empty: all imported bills of the filter.
  std::optional<Date> due_from, due_to;
};

struct ApproveBillsResult {
  std::uint64_t approved = 0;
  std::uint64_t already = 0;      // Of the numbers given: approved before.
  std::uint64_t own = 0;          // Left, because the approver brought them in.
  std::uint64_t above_limit = 0;  // Left, because they are above what one approver may approve alone.
  std::vector<Money> sums;        // What was approved, one a currency.
};

/// The approver is never the one who imported: "bill.same-person" for a bill named by number, else it is counted in
/// `own`. "bill.unknown" for a number that does not exist; then nothing is approved.
[[nodiscard]] Result<ApproveBillsResult> approve_bills(Desk& desk, const ApproveBillsRequest& request);

struct NoticeRequest {
  std::vector<std::string> numbers;
  bool came_back = false;  // Every bill whose debit came back after its last notice.
  std::optional<Date> on;  // Absent: today.
};

/// Records that payers were told of amount and date of a collection; answers how many bills say so now and did not
/// before. "bill.unknown", "bill.notice-in-future".
[[nodiscard]] Result<std::uint64_t> notify_payers(Desk& desk, const NoticeRequest& request);

/// Everything about one bill: what it is, what happened to it, where it stands, and what would happen if it were
/// collected.
struct BillStory {
  Bill bill;
  std::string payer_number;
  std::string payer_name;
  std::vector<BillStep> steps;
  std::vector<Claim> claims;
  std::string outlook;       // A sentence: planned, already in a claim, or why it would be left out, with what to do.
  std::string outlook_code;  // left_out_code, or "plannable", or empty when nothing is open.
};

/// "bill.unknown" when there is none. `collect_on` is the day asked about; absent: the next possible one.
[[nodiscard]] Result<BillStory> explain_bill(Desk& desk, const std::string& number, std::optional<Date> collect_on);

/// What `bill list` shows; "bill.unknown" is for a bill asked for by number.
[[nodiscard]] Result<Bill> bill_by_number(Desk& desk, const std::string& number);

}  // namespace counterfoil
