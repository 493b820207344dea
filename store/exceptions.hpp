// The queue of mismatches: what people have to look at, and what they did about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/match.hpp"
#include "store/scope.hpp"

namespace counterfoil {

enum class ExceptionState : std::uint8_t { open, resolved };

enum class Resolution : std::uint8_t {
  none,
  retried,    // The claim is repaired, or may simply be tried again: the next plan takes its bills.
  posted,     // The proposed event was posted after all.
  corrected,  // Data were corrected; the next plan takes the bill.
  suspended,  // The mandate was suspended.
  written_off,
  accepted,  // Looked at; nothing to do.
};

[[nodiscard]] std::string_view exception_state_name(ExceptionState state);
[[nodiscard]] std::string_view resolution_name(Resolution resolution);
[[nodiscard]] std::optional<Resolution> parse_resolution(std::string_view name);

struct ExceptionCase {
  Id id;
  std::string number;  // "X-000123", counted up for the tenant.
  ExceptionSet classes;
  ExceptionClass main_class = ExceptionClass::unknown_reference;
  ExceptionState state = ExceptionState::open;
  Resolution resolution = Resolution::none;
  std::string explanation;
  NextStep next_step = NextStep::nothing;
  std::optional<ClaimEventKind> proposed;
  Id bank_file;  // Nil for a missing answer.
  std::string file_name;
  std::uint32_t position = 0;
  std::uint32_t line = 0;
  Id claim;  // Nil when none was found.
  std::string claim_reference;
  Id bill;  // First item of the claim.
  std::string bill_number;
  Id batch;
  Currency currency;
  std::int64_t amount_minor = 0;
  std::int64_t charges_minor = 0;
  std::optional<Date> on;
  std::string reason;  // As the bank wrote it.
  std::string opened_at;
  std::string resolved_by;
  std::string resolved_at;
  std::uint32_t version = 0;
};

struct ExceptionFilter {
  std::optional<ExceptionState> state = ExceptionState::open;
  std::optional<ExceptionClass> main_class;
  std::string reason;
  Id bank_file, batch, claim;
  std::uint64_t most = 0;
};
/// Most urgent class first, then oldest first.
[[nodiscard]] Result<void> visit_exceptions(const Scope& scope, const ExceptionFilter& filter,
                                            const Visitor<ExceptionCase>& visit);
[[nodiscard]] Result<std::optional<ExceptionCase>> find_exception(const Scope& scope, std::string_view number);
/// Locked until the transaction ends.
[[nodiscard]] Result<std::optional<ExceptionCase>> lock_exception(const Scope& scope, std::string_view number);
[[nodiscard]] Result<std::uint64_t> count_open_exceptions(const Scope& scope);

/// For what no entry says, such as a missing answer. A second one of the same class for the same claim is
/// not made while the first is open. Answers its number, empty when it was there already.
[[nodiscard]] Result<std::string> open_exception(const Scope& scope, const ExceptionCase& what,
                                                 std::string_view operator_name);

/// Closes it and appends to its history; "store.stale" (conflict) when somebody was faster.
[[nodiscard]] Result<void> resolve_exception(const Scope& scope, const ExceptionCase& what, Resolution resolution,
                                             std::string_view operator_name, std::string_view comment);
[[nodiscard]] Result<void> comment_exception(const Scope& scope, const Id& exception, std::string_view operator_name,
                                             std::string_view comment);

struct ExceptionStep {
  std::string at, operator_name, what, comment;
};
[[nodiscard]] Result<std::vector<ExceptionStep>> exception_history(const Scope& scope, const Id& exception);

/// Claims that were handed over and whose answer is overdue on `today`: collection date before `answered_by`.
struct SilentClaim {
  Id claim, batch;
  std::string reference;
  Currency currency;
  std::int64_t amount_minor = 0;
  Date collect_on{};
};
[[nodiscard]] Result<void> visit_silent_claims(const Scope& scope, const Id& creditor_account, Date collected_before,
                                               const Visitor<SilentClaim>& visit);

}  // namespace counterfoil
