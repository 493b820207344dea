// From approved bills to the claims of a batch: a dry look first, then the batch itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "billing/plan.hpp"
#include "store/batches.hpp"
#include "store/planning.hpp"

namespace counterfoil {

struct PlanRequest {
  std::string creditor = {};            // Label; empty: the only account.
  std::optional<Date> collect_on = {};  // Absent: the earliest day that can be met.
  std::optional<Date> due_to = {};      // Absent: bills due up to the collection date.
  std::string instrument = {};          // CORE, B2B, PPD, ...; empty: the account's usual one. A batch has one.
  bool retries = false;                 // Only re-presentations, where the scheme wants them in a batch of their own.
  bool prenotes = false;                // Prenotes instead of money, for mandates that wait for one.
  std::uint64_t most_left_out = 1000;   // Left-out bills told one by one; the rest is only counted.
};

/// How many bills were left out for one reason, with an example a person can act upon.
struct LeftOutGroup {
  std::uint64_t bills = 0;
  std::int64_t open_minor = 0;
  std::string sentence, remedy;  // Of the first one.
};

struct PlanResult {
  CreditorAccount account;
  Date collect_on{};
  Date hand_over_by{};      // The last day on which the file can reach the bank.
  std::uint64_t bills = 0;  // In claims.
  std::uint64_t claims = 0;
  std::int64_t sum_minor = 0;
  std::uint64_t left_out = 0;
  std::map<LeftOutReason, LeftOutGroup> groups;
  std::vector<LeftOutBill> left_out_bills;
  std::uint64_t retries_waiting = 0;    // Re-presentations that need a batch of their own.
  std::uint64_t other_instruments = 0;  // Bills whose mandate is of another instrument: a batch of their own.
  std::uint64_t prenotes_waiting = 0;   // Mandates that wait for a prenote.
  std::uint64_t first_collections = 0, expiring_mandates = 0, need_person = 0;
  // Only of `create_batch`:
  std::string batch_number;  // Empty: there was nothing to collect, and no batch was made.
  bool already = false;      // The batch of an earlier run of the same command.

  [[nodiscard]] Money sum() const { return {sum_minor, account.currency}; }
};

/// Changes nothing. Fails for the date itself (see make_plan_terms) and for an unknown account.
[[nodiscard]] Result<PlanResult> plan_batch(Desk& desk, const PlanRequest& request);

/// Makes the batch: its claims hold their bills, so that no second claim can be made for them. With nothing to collect
/// no batch is made; if the same command made one before and it is still a draft, that one is named (`already`).
/// "batch.bill-taken" (conflict) when somebody planned the same bills at the same time.
[[nodiscard]] Result<PlanResult> create_batch(Desk& desk, const PlanRequest& request);

/// The terms for a collection date, worked out for an account: for whoever asks about a single bill.
struct CollectionTerms {
  PlanTerms terms;
  Date hand_over_by{};
};
[[nodiscard]] Result<CollectionTerms> collection_terms(Desk& desk, const CreditorAccount& account,
                                                       std::optional<Date> collect_on);

}  // namespace counterfoil
