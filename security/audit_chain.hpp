// The audit trail as a hash chain, one per tenant. Pure: entries in, hashes and verdicts out.
//
// An entry commits to its details through a salted digest. The details of a person can be erased later, and the chain
// still proves that nothing else was touched.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "security/digest.hpp"

namespace counterfoil {

using AuditSalt = std::array<std::uint8_t, 16>;

/// One link. `at_microseconds` counts from 1970 in UTC.
struct AuditEntry {
  std::int64_t tenant = 0;
  std::int64_t sequence = 0;  // From 1, without a gap.
  std::int64_t at_microseconds = 0;
  std::string actor;         // Who did it: the operator's name.
  std::string action;        // "batch.release".
  std::string subject_kind;  // "batch".
  std::string subject;       // Its id or number.
  std::string details;       // What changed, account numbers masked. Empty once erased.
  AuditSalt salt{};
  Digest details_digest{};  // Of salt and details.
  bool details_erased = false;
  Digest previous{};  // Hash of the entry before; zeros for the first.
  Digest hash{};
};

[[nodiscard]] Digest audit_details_digest(const AuditSalt& salt, std::string_view details);

/// The bytes a link's hash is made of: a version, then every field with its length before it, so that no two
/// different entries share their bytes.
[[nodiscard]] std::string audit_canonical_bytes(const AuditEntry& entry);

/// Fills details_digest, previous and hash. `head` is the hash of the entry before, zeros for the first.
void chain_audit_entry(AuditEntry& entry, const Digest& head);

/// What is wrong at one place of a chain, for people.
struct AuditFault {
  std::string
      code;  // "audit.changed", "audit.gap", "audit.link", "audit.details", "audit.truncated", "audit.other-tenant"
  std::int64_t sequence = 0;
  std::string message;
};

/// The last link known from outside the database, such as the one printed on a totals sheet.
struct AuditAnchor {
  std::int64_t sequence = 0;
  Digest hash{};
};

/// Takes the entries of one tenant in the order of their sequence and keeps every fault (at most 1,000 of them in
/// full).
class AuditVerifier {
 public:
  explicit AuditVerifier(std::int64_t tenant, std::optional<AuditAnchor> anchor = std::nullopt);

  void take(const AuditEntry& entry);

  /// Ends the walk. `expected_head` is the head the database keeps beside the chain; a chain that ends before it or
  /// before the anchor was cut.
  void finish(std::optional<AuditAnchor> expected_head);

  [[nodiscard]] bool is_whole() const { return fault_count_ == 0; }
  [[nodiscard]] std::uint64_t entry_count() const { return entry_count_; }
  [[nodiscard]] std::uint64_t fault_count() const { return fault_count_; }
  [[nodiscard]] const std::vector<AuditFault>& faults() const { return faults_; }
  [[nodiscard]] const AuditAnchor& head() const { return head_; }

 private:
  void complain(std::string code, std::int64_t sequence, std::string message);
  void check_anchor(const AuditAnchor& anchor, const AuditEntry& entry);

  std::int64_t tenant_;
  std::optional<AuditAnchor> anchor_;
  AuditAnchor head_;
  std::uint64_t entry_count_ = 0;
  std::uint64_t fault_count_ = 0;
  std::vector<AuditFault> faults_;
  DigestStream digest_;
  std::string buffer_;
};

}  // namespace counterfoil
