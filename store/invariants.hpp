// What must hold whatever happened: each invariant is a query that returns what breaks it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "security/audit_chain.hpp"
#include "store/scope.hpp"

namespace counterfoil {

struct Violation {
  std::string invariant;  // "I2".
  std::string subject;    // "bill 2026-11-0042".
  std::string sentence;   // What is wrong.
};

struct InvariantResult {
  std::string_view code;      // "I1" to "I12".
  std::string_view promise;   // One sentence.
  std::uint64_t checked = 0;  // Rows looked at.
  std::uint64_t violation_count = 0;
  std::vector<Violation> violations;  // The first hundred.
};

struct InvariantOptions {
  bool with_ciphertexts = true;  // I10: open every sealed value.
  bool with_file_bytes = true;   // I12: read every stored file.
  std::optional<AuditAnchor> anchor;
  /// I11: after how many months without a collection the mandates of an account lapse; accounts not named here have
  /// none that do.
  std::vector<std::pair<Id, int>> lapse_months;
};

/// All invariants, in one snapshot, in order. An Error only when the database could not be asked.
[[nodiscard]] Result<std::vector<InvariantResult>> check_invariants(const Scope& scope,
                                                                    const InvariantOptions& options = {});

}  // namespace counterfoil
