// Batches and their claims: made by COPY, read back as a stream, carried through approval and release.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "billing/batch.hpp"
#include "billing/claim.hpp"
#include "security/permission.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// A batch as people call it: "B-000123", counted up for the tenant.
struct StoredBatch {
  Batch batch;
  std::string number;
  std::string creditor_label;
  std::string created_at;  // RFC 3339 in UTC.
};

/// Inserts the batch row in state draft and gives it its number. Before any of its claims.
[[nodiscard]] Result<std::string> insert_batch(const Scope& scope, const Batch& batch);

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

/// A bill a plan left out, kept with the batch so that the reason can be told a year later.
struct LeftOutBill {
  Id bill;
  std::string bill_number;
  std::string reason;  // left_out_code.
  std::string sentence;
  std::string remedy;
};
class LeftOutWriter {
 public:
  LeftOutWriter(const Scope& scope, const Id& batch);
  [[nodiscard]] Result<void> add(const LeftOutBill& bill);
  [[nodiscard]] Result<void> finish();

 private:
  Scope scope_;
  Id batch_;
  CopyRows rows_;
};
[[nodiscard]] Result<void> visit_left_out(const Scope& scope, const Id& batch, const Visitor<LeftOutBill>& visit);

[[nodiscard]] Result<std::optional<StoredBatch>> find_batch(const Scope& scope, std::string_view number);
[[nodiscard]] Result<std::optional<StoredBatch>> find_batch(const Scope& scope, const Id& id);
/// The same, its row locked until the transaction ends: for whoever means to change it.
[[nodiscard]] Result<std::optional<StoredBatch>> lock_batch(const Scope& scope, std::string_view number);

struct BatchFilter {
  std::optional<BatchState> state;
  Id creditor_account;  // Nil: any.
  std::uint64_t most = 0;
};
/// Newest first.
[[nodiscard]] Result<std::vector<StoredBatch>> list_batches(const Scope& scope, const BatchFilter& filter = {});

/// A claim with the payer's address as the mandate has it now. Valid until the visitor returns.
struct ClaimRow {
  Claim claim;  // With account opened, state derived and trace computed.
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

struct StoredBatchEvent {
  std::string event;  // batch_event_name.
  std::string from, to;
  std::string operator_name;
  std::string detail;
  std::string at;
};
[[nodiscard]] Result<std::vector<StoredBatchEvent>> batch_history(const Scope& scope, const Id& batch);

/// Saves a changed batch and appends its event; "store.stale" when the row is no longer as it was read. Sets
/// `batch.version` to that of the row.
/// Approval and release also write their own guarded rows: the database refuses an approver who prepared the batch
/// ("store.guard" on "approval_other_person"), another digest than the sealed one, and a releaser the rule forbids.
/// make_void lets the claims go of their bills.
[[nodiscard]] Result<void> save_batch(const Scope& scope, Batch& batch, BatchEvent event,
                                      std::string_view operator_name, std::string_view detail = {});

/// Posts one event to every claim of the batch (or of one of its sequence types) whose state allows it and who had no
/// end of its own: silence that means success, a batch booking, a rejected block. Writes events and postings and lets
/// go of bills in set-based statements. Answers how many claims it touched.
struct BatchPosting {
  Id batch;
  std::optional<SequenceType> sequence;  // Of one block.
  ClaimEventKind kind = ClaimEventKind::settle;
  Date on{};
  std::string reason;
  Id bank_file;  // Nil: not from a bank file.
  std::uint32_t position = 0;
  std::string operator_name;
};
[[nodiscard]] Result<std::uint64_t> post_to_batch(const Scope& scope, const BatchPosting& posting);

/// Posts an event to one claim, with its postings; for exceptions resolved by a person. The state in the database must
/// allow it: "claim.transition" else.
[[nodiscard]] Result<void> post_to_claim(const Scope& scope, const Id& claim, ClaimEventKind kind, Date on,
                                         std::int64_t amount_minor, std::int64_t charges_minor, std::string_view reason,
                                         std::string_view operator_name, const Id& bank_file = {},
                                         std::uint32_t position = 0);

}  // namespace counterfoil
