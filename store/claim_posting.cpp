#include "store/claim_posting.hpp"

namespace counterfoil {

MoneyMove money_move(ClaimEventKind kind) {
  switch (kind) {
    case ClaimEventKind::settle:
    case ClaimEventKind::dishonor:
      return MoneyMove::in;
    case ClaimEventKind::give_back:
    case ClaimEventKind::refund:
    case ClaimEventKind::reverse:
    case ClaimEventKind::contest:
      return MoneyMove::out;
    default:
      return MoneyMove::none;
  }
}

namespace {

std::string_view purpose_of(ClaimEventKind kind) {
  switch (kind) {
    case ClaimEventKind::settle:
      return "settled";
    case ClaimEventKind::dishonor:
      return "dishonored";
    case ClaimEventKind::give_back:
      return "returned";
    case ClaimEventKind::refund:
      return "refunded";
    case ClaimEventKind::reverse:
      return "reversed";
    case ClaimEventKind::contest:
      return "contested";
    default:
      return "";
  }
}

}  // namespace

BookSides book_sides(MoneyMove move, ClaimState from, ClaimState to, ClaimEventKind kind) {
  if (move == MoneyMove::in) {
    return {BookAccount::bank, is_collected(to) ? BookAccount::receivable : BookAccount::suspense, purpose_of(kind)};
  }
  return {is_collected(from) ? BookAccount::receivable : BookAccount::suspense, BookAccount::bank, purpose_of(kind)};
}

bool keeps_bills(ClaimState to, std::int64_t collected_minor, std::int64_t amount_minor) {
  return is_open(to) || (is_collected(to) && collected_minor >= amount_minor);
}

}  // namespace counterfoil
