// Figures for people. Each report is one query in a snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "billing/claim.hpp"
#include "reconcile/return_rates.hpp"
#include "store/scope.hpp"

namespace counterfoil {

struct OutcomeLine {
  ClaimState state = ClaimState::planned;
  std::uint64_t count = 0;
  std::int64_t amount_minor = 0;
};
/// What became of the claims of a batch, one line a state.
[[nodiscard]] Result<std::vector<OutcomeLine>> report_batch_outcome(const Scope& scope, const Id& batch);

struct ReasonLine {
  std::string scheme;
  std::string reason;  // As the bank wrote it.
  std::string event;   // claim_event_name: reject, give-back, refund.
  std::uint64_t count = 0;
  Currency currency;
  std::int64_t amount_minor = 0;
};
/// Rejects, returns and refunds by reason, most frequent first. Days are those of the events.
[[nodiscard]] Result<std::vector<ReasonLine>> report_returns(const Scope& scope, std::optional<Date> from,
                                                             std::optional<Date> to);

/// Debits of an account, prenotes left aside: those whose collection day lies in the days asked for and that were handed
/// over, and those that came back in these days, by reason.
struct DebitsAndReturns {
  std::uint64_t sent = 0;
  std::vector<ReturnCount> returned;
};
[[nodiscard]] Result<DebitsAndReturns> report_debits_and_returns(const Scope& scope, const Id& creditor_account,
                                                                 Date from, Date to);

struct UnmatchedLine {
  std::string file_name;
  std::uint32_t position = 0;
  std::uint32_t line = 0;
  std::string reference;
  std::string outcome;
  std::string reason;
  Currency currency;
  std::int64_t amount_minor = 0;
  std::string exception_number;  // Empty once resolved.
  std::string main_class;
};
/// Entries that found no claim and whose exception is still open.
[[nodiscard]] Result<void> report_unmatched(const Scope& scope, const Visitor<UnmatchedLine>& visit);

/// One line a month and currency: billed, collected, came back, still open.
struct MonthLine {
  std::string month;  // "2026-11", of the due day.
  Currency currency;
  std::uint64_t bills = 0;
  std::int64_t billed_minor = 0;
  std::int64_t collected_minor = 0;
  std::int64_t returned_minor = 0;
  std::int64_t open_minor = 0;
};
[[nodiscard]] Result<std::vector<MonthLine>> report_months(const Scope& scope);

/// What `status` shows.
struct Overview {
  std::uint64_t payers = 0, mandates_active = 0, bills_to_approve = 0, bills_open = 0;
  std::uint64_t batches_draft = 0, batches_sealed = 0, batches_approved = 0, outbox_waiting = 0, outbox_unknown = 0;
  std::uint64_t exceptions_open = 0, bank_files = 0, bank_files_quarantined = 0;
};
[[nodiscard]] Result<Overview> overview(const Scope& scope);

}  // namespace counterfoil
