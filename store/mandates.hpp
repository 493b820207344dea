// Mandates with their sealed accounts and their append-only history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mandates/mandate.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// Writes new mandates, each with its first event, by COPY. A reference taken in the same creditor account is
/// "store.already" on "mandate_reference".
class MandateWriter {
 public:
  MandateWriter(const Scope& scope, std::string_view operator_name);
  [[nodiscard]] Result<void> add(const Mandate& mandate, const MandateEvent& first);
  [[nodiscard]] Result<void> finish();

 private:
  [[nodiscard]] Result<void> flush();
  Scope scope_;
  std::string operator_name_;
  CopyRows mandates_;
  CopyRows events_;
  std::uint64_t count_ = 0;
};

/// Saves a mandate that `apply`, `amend` or `apply_effect` changed once, and appends what happened. The row must still
/// have the version before that change; "store.stale" (conflict) else.
[[nodiscard]] Result<void> save_mandate(const Scope& scope, const Mandate& mandate, const MandateEvent& event,
                                        std::string_view operator_name);

[[nodiscard]] Result<std::optional<Mandate>> find_mandate(const Scope& scope, const Id& id);
/// By reference; with a nil creditor account any one, when the reference is used by one account alone.
[[nodiscard]] Result<std::optional<Mandate>> find_mandate(const Scope& scope, std::string_view reference,
                                                          const Id& creditor_account = {});
[[nodiscard]] Result<std::vector<Mandate>> mandates_of_payer(const Scope& scope, const Id& payer);
/// Found through the blind index: exact numbers only.
[[nodiscard]] Result<std::vector<Mandate>> mandates_of_account(const Scope& scope, std::string_view account);

struct MandateFilter {
  Id creditor_account;  // Nil: any.
  std::optional<MandateState> state;
  std::optional<MandatePending> pending;
  std::uint64_t most = 0;  // 0: all.
};
/// In the order of their references. Accounts are opened.
[[nodiscard]] Result<void> visit_mandates(const Scope& scope, const MandateFilter& filter,
                                          const Visitor<Mandate>& visit);
[[nodiscard]] Result<std::uint64_t> count_mandates(const Scope& scope, const MandateFilter& filter = {});

struct StoredMandateEvent {
  MandateEvent event;
  std::string operator_name;
  std::string at;  // RFC 3339 in UTC.
};
[[nodiscard]] Result<std::vector<StoredMandateEvent>> mandate_history(const Scope& scope, const Id& mandate);

/// What the claims of one batch did to their mandates, in one statement for all of them: counted uses, the day of the
/// last collection, ends of one-off and final collections, amendments carried. Each mandate gets its event.
enum class BatchMandateEffect : std::uint8_t {
  sent,     // collection_sent for every claim.
  settled,  // collection_settled for every claim that stands settled and was not counted before.
};
[[nodiscard]] Result<std::uint64_t> apply_batch_to_mandates(const Scope& scope, const Id& batch,
                                                            BatchMandateEffect effect, Date on,
                                                            std::string_view operator_name);

}  // namespace counterfoil
