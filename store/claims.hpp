// The claims of batches: made by COPY, read back as a stream, each with its history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "billing/claim.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// Gathers the claims of one batch and writes them by COPY, a few megabytes at a time. A bill that another claim holds
/// is "store.already" on "claim_item_holds" (conflict), a reference used before on "claim_reference".
class ClaimWriter {
 public:
  ClaimWriter(const Scope& scope, const Id& batch);
  /// Claim ids, references and sequence numbers from 1 are the caller's.
  [[nodiscard]] Result<void> add(const Claim& claim);
  /// Writes the rest and the totals of the batch.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::int64_t sum_minor() const { return sum_minor_; }

 private:
  [[nodiscard]] Result<void> flush();
  Scope scope_;
  Id batch_;
  CopyRows claims_;
  CopyRows items_;
  std::uint64_t count_ = 0;
  std::int64_t sum_minor_ = 0;
  std::int64_t largest_minor_ = 0;
};

/// A claim with the payer's address as the mandate has it now. Valid until the visitor returns.
struct ClaimRow {
  Claim claim;  // With account opened, state derived and trace computed.
  std::string identity;  // The payer's personal or organisation number, as the mandate has it.
  Address address;
  std::string payer_number;
};
/// In the order of their sequence numbers. `with_items` costs a join; without it `claim.items` is empty.
[[nodiscard]] Result<void> visit_claims(const Scope& scope, const Id& batch, const Visitor<ClaimRow>& visit,
                                        bool with_items = false);

/// A pull-style walk over the same rows, for writers that ask for the next one.
class ClaimStream {
 public:
  [[nodiscard]] static Result<ClaimStream> open(const Scope& scope, const Id& batch);
  /// Claims of one sequence type only, for files with a block for each.
  [[nodiscard]] static Result<ClaimStream> open(const Scope& scope, const Id& batch, SequenceType sequence);
  /// False at the end. The row stays valid until the next call.
  [[nodiscard]] Result<bool> next();
  [[nodiscard]] const ClaimRow& row() const { return row_; }

 private:
  ClaimStream(const Scope& scope, Stream stream) : scope_{scope}, stream_{std::move(stream)} {}
  Scope scope_;
  Stream stream_;
  ClaimRow row_;
};

/// The blocks a file of this batch has: one for each sequence type present.
struct ClaimGroup {
  SequenceType sequence = SequenceType::none;
  std::uint64_t count = 0;
  std::int64_t sum_minor = 0;
};
[[nodiscard]] Result<std::vector<ClaimGroup>> claim_groups(const Scope& scope, const Id& batch);

/// Counts and sums the claims themselves, whatever the batch row says.
[[nodiscard]] Result<ClaimGroup> claim_totals(const Scope& scope, const Id& batch);

/// Claims of an account that carry its own old identifier or name, were handed over, and have no end yet.
[[nodiscard]] Result<std::uint64_t> creditor_changes_on_their_way(const Scope& scope, const Id& creditor_account);

[[nodiscard]] Result<std::optional<Claim>> find_claim(const Scope& scope, const Id& id);
[[nodiscard]] Result<std::optional<Claim>> find_claim(const Scope& scope, std::string_view reference);
[[nodiscard]] Result<std::vector<Claim>> claims_of_bill(const Scope& scope, const Id& bill);

/// The whole history as `replay` wants it: the batch's steps that hold for every claim, and the claim's own.
[[nodiscard]] Result<std::vector<ClaimEvent>> claim_history(const Scope& scope, const Id& claim);

}  // namespace counterfoil
