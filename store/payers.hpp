// Payers: who owes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "mandates/mandate.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// Gathers payers and writes them by COPY. `finish` must be called; a number that exists already is "store.already" on
/// "payer_number".
class PayerWriter {
 public:
  explicit PayerWriter(const Scope& scope);
  [[nodiscard]] Result<void> add(const Payer& payer);
  [[nodiscard]] Result<void> finish();

 private:
  Scope scope_;
  CopyRows rows_;
  std::uint64_t count_ = 0;
};

[[nodiscard]] Result<void> update_payer(const Scope& scope, const Payer& payer);
[[nodiscard]] Result<std::optional<Payer>> find_payer(const Scope& scope, std::string_view number);
[[nodiscard]] Result<std::optional<Payer>> find_payer(const Scope& scope, const Id& id);

/// In the order of their numbers, starting after `after_number`; `most` 0: all.
[[nodiscard]] Result<void> visit_payers(const Scope& scope, const Visitor<Payer>& visit,
                                        std::string_view after_number = {}, std::uint64_t most = 0);
[[nodiscard]] Result<std::uint64_t> count_payers(const Scope& scope);

/// Which of these numbers exist, with their ids; for imports, a few thousand at a time.
[[nodiscard]] Result<std::vector<std::pair<std::string, Id>>> find_payer_ids(const Scope& scope,
                                                                             const std::vector<std::string>& numbers);

}  // namespace counterfoil
