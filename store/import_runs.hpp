// What came in from where, and commands that must not act twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "security/digest.hpp"
#include "store/scope.hpp"

namespace counterfoil {

struct ImportRun {
  Id id;
  std::string kind;       // "payers", "mandates", "bills".
  std::string file_name;  // Without its folder.
  Digest digest{};        // Of the bytes.
  std::uint64_t rows_good = 0;
  std::uint64_t rows_bad = 0;
  std::string operator_name;
  std::string at;  // RFC 3339 in UTC; filled on reading.
};

/// "store.already" on "import_run_digest" when the same bytes were imported as the same kind before.
[[nodiscard]] Result<void> insert_import_run(const Scope& scope, const ImportRun& run);
[[nodiscard]] Result<std::optional<ImportRun>> find_import_run(const Scope& scope, std::string_view kind,
                                                               const Digest& digest);
[[nodiscard]] Result<std::vector<ImportRun>> list_import_runs(const Scope& scope, std::uint64_t most = 100);

/// The answer of a command that was given an idempotency key.
struct IdempotentAnswer {
  Digest request{};    // Of the request's content.
  std::string result;  // What was answered, as JSON.
};
/// Nothing when the key is new. "idempotency.other-request" (conflict) when the key was used for another request.
[[nodiscard]] Result<std::optional<IdempotentAnswer>> find_idempotent(const Scope& scope, std::string_view key,
                                                                      const Digest& request);
/// In the same transaction as what it answers for.
[[nodiscard]] Result<void> save_idempotent(const Scope& scope, std::string_view key, const IdempotentAnswer& answer);

}  // namespace counterfoil
