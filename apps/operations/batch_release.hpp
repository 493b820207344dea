// The people between a sealed file and the bank: another one approves, the release rule says who lets it go.
#pragma once

#include <string>
#include <string_view>

#include "apps/operations/batch_seal.hpp"

namespace counterfoil {

struct BatchStepResult {
  StoredBatch batch;
  SealedFile file;
  bool already = false;
};

/// The approver names the digest he looked at: whole, or its first 16 characters at least. Another digest than the
/// sealed one is "batch.digest-differs", one's own batch "permission.four-eyes"; bytes or claims that changed since the
/// seal are "batch.check-failed". A batch unlike the ones before is "batch.unusual" unless `unusual` says why it is right;
/// the reason and what was odd are kept in the batch's history and in the audit. All of these are refused.
[[nodiscard]] Result<BatchStepResult> approve_batch(Desk& desk, const std::string& number, std::string_view digest,
                                                    std::string_view unusual = {});

/// Lets the approved file go to the outbox, after every check of `check_batch` has passed once more.
[[nodiscard]] Result<BatchStepResult> release_batch(Desk& desk, const std::string& number);

/// Takes back what was never sent; the bills are free for the next plan. `why` is kept.
[[nodiscard]] Result<BatchStepResult> void_batch(Desk& desk, const std::string& number, std::string_view why);

}  // namespace counterfoil
