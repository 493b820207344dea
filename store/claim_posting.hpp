// What a claim's event does to the books and to the hold on its bills; shared by whoever posts one.
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

}  // namespace counterfoil
