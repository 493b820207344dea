// Lists and reports: read in one snapshot, handed over row by row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/operations/desk.hpp"
#include "store/batches.hpp"
#include "store/bills.hpp"
#include "store/claims.hpp"
#include "store/ingest.hpp"
#include "store/mandates.hpp"
#include "store/matching.hpp"
#include "store/payers.hpp"
#include "store/reports.hpp"
#include "store/sealed_files.hpp"

namespace counterfoil {

[[nodiscard]] Result<void> each_payer(Desk& desk, std::uint64_t most, const Visitor<Payer>& visit);
[[nodiscard]] Result<Payer> payer_by_number(Desk& desk, const std::string& number);
[[nodiscard]] Result<std::vector<Mandate>> mandates_of(Desk& desk, const Payer& payer);
[[nodiscard]] Result<void> each_mandate(Desk& desk, const std::string& creditor_label, const MandateFilter& filter,
                                        const Visitor<Mandate>& visit);
[[nodiscard]] Result<void> each_bill(Desk& desk, const BillFilter& filter, const Visitor<Bill>& visit);
[[nodiscard]] Result<std::vector<StoredBatch>> batches(Desk& desk, const BatchFilter& filter);

/// Everything about a batch in one place.
struct BatchStory {
  StoredBatch batch;
  std::optional<SealedFile> file;
  std::optional<OutboxItem> outbox;
  std::vector<StoredBatchEvent> history;
  std::vector<OutcomeLine> outcome;
  std::uint64_t left_out = 0;
};
[[nodiscard]] Result<BatchStory> explain_batch(Desk& desk, const std::string& number);
[[nodiscard]] Result<void> each_claim(Desk& desk, const StoredBatch& batch, const Visitor<ClaimRow>& visit);
[[nodiscard]] Result<void> each_left_out(Desk& desk, const StoredBatch& batch, const Visitor<LeftOutBill>& visit);

[[nodiscard]] Result<std::vector<BankFile>> bank_files(Desk& desk, std::uint64_t most);
[[nodiscard]] Result<void> each_match(Desk& desk, const MatchFilter& filter, const Visitor<MatchRow>& visit);

/// All matches of one claim, by its reference: what the bank said of it, and by which rule and evidence we believe so.
struct ClaimStory {
  Claim claim;
  std::vector<ClaimEvent> history;
  std::vector<MatchRow> matches;
};
[[nodiscard]] Result<ClaimStory> explain_claim(Desk& desk, const std::string& reference);

[[nodiscard]] Result<std::vector<ReasonLine>> returns_by_reason(Desk& desk, std::optional<Date> from,
                                                                std::optional<Date> to);
/// What came back beside what the scheme lets come back, over the days its rule names up to `to`. One part for each
/// creditor account whose scheme limits returns, or for the one named.
struct AccountRates {
  std::string creditor;  // Label.
  Date from{}, to{};
  std::vector<ReturnRate> rates;
};
[[nodiscard]] Result<std::vector<AccountRates>> return_rates_of_accounts(Desk& desk, const std::string& creditor_label,
                                                                         Date to);

[[nodiscard]] Result<void> each_unmatched(Desk& desk, const Visitor<UnmatchedLine>& visit);
[[nodiscard]] Result<std::vector<MonthLine>> months(Desk& desk);

}  // namespace counterfoil
