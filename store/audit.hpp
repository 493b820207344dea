// The audit trail of a tenant: appended in the same transaction as the change it speaks of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "security/audit_chain.hpp"
#include "store/scope.hpp"

namespace counterfoil {

struct AuditNote {
  std::string actor;
  std::string action;        // "batch.release".
  std::string subject_kind;  // "batch".
  std::string subject;       // Number or id.
  std::string details;       // Account numbers masked.
};

/// Appends a link. The head row stays locked until the transaction ends: the links of one tenant are strictly in order.
/// Append last in an operation, so that others wait only briefly.
[[nodiscard]] Result<AuditAnchor> append_audit(Session& session, std::int64_t tenant, const AuditNote& note);

/// Where the chain ends now; nothing when it is empty.
[[nodiscard]] Result<std::optional<AuditAnchor>> audit_head(Session& session, std::int64_t tenant);

struct AuditFilter {
  std::string subject_kind, subject;  // Empty: any.
  std::string actor, action;          // Empty: any.
  std::int64_t after_sequence = 0;
  std::uint64_t most = 0;  // 0: all.
  bool newest_first = false;
};
[[nodiscard]] Result<void> visit_audit(Session& session, std::int64_t tenant, const AuditFilter& filter,
                                       const Visitor<AuditEntry>& visit);

/// Walks the whole chain in a snapshot. Ask the verifier for what it found.
[[nodiscard]] Result<AuditVerifier> verify_audit(Session& session, std::int64_t tenant,
                                                 std::optional<AuditAnchor> anchor = std::nullopt);

}  // namespace counterfoil
