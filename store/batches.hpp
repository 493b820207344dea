// Batches and what their plans left out: made, listed, carried through approval and release.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "billing/batch.hpp"
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

}  // namespace counterfoil
