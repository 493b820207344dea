// Posts events to claims: what each does to the books and to the hold on its bills.
#pragma once

#include <cstdint>
#include <string>

#include "billing/claim.hpp"
#include "store/journal.hpp"
#include "store/scope.hpp"

namespace counterfoil {

/// Which way the money of an event went.
enum class MoneyMove : std::uint8_t { none, in, out };
[[nodiscard]] MoneyMove money_move(ClaimEventKind kind);

/// The two accounts of an event. What comes back before it was credited waits in suspense for its late credit, so that
/// a bill never seems to owe twice.
struct BookSides {
  BookAccount debit = BookAccount::bank;
  BookAccount credit = BookAccount::receivable;
  std::string_view purpose;
};
[[nodiscard]] BookSides book_sides(MoneyMove move, ClaimState from, ClaimState to, ClaimEventKind kind);

/// Whether the claim keeps its bills after an event: while it is on its way, and for good once it brought the whole
/// amount.
[[nodiscard]] bool keeps_bills(ClaimState to, std::int64_t collected_minor, std::int64_t amount_minor);

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
