#include "billing/bill.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/names.hpp"

namespace counterfoil {
namespace {

constexpr std::array state_names{
    Named<BillState>{BillState::imported, "imported"},
    Named<BillState>{BillState::approved, "approved"},
    Named<BillState>{BillState::cancelled, "cancelled"},
    Named<BillState>{BillState::written_off, "written-off"},
};

constexpr std::array event_names{
    Named<BillEvent>{BillEvent::approve, "approve"},
    Named<BillEvent>{BillEvent::withdraw_approval, "withdraw approval"},
    Named<BillEvent>{BillEvent::cancel, "cancel"},
    Named<BillEvent>{BillEvent::write_off, "write off"},
};

Error refused(std::string code, std::string explanation, std::string remedy) {
  return {.code = std::move(code),
          .explanation = std::move(explanation),
          .remedy = std::move(remedy),
          .place = {},
          .kind = ErrorKind::refused};
}

Result<void> check_figures(const Bill& bill) {
  if (bill.open_minor <= 0) {
    return std::unexpected(refused("bill.nothing-open", fmt::format("Bill {} has nothing open.", bill.number),
                                   "Leave it as it is, or cancel it."));
  }
  if (bill.open_minor > bill.amount_minor) {
    return std::unexpected(refused("bill.open-above-amount",
                                   fmt::format("Bill {} has more open than its amount.", bill.number),
                                   "Cancel the bill and import it again."));
  }
  if (bill.charges.empty()) return {};
  const auto sum = sum_of_charges(bill.charges);
  if (!sum) return std::unexpected(sum.error());
  if (*sum != bill.amount_minor) {
    return std::unexpected(refused("bill.sum-of-charges",
                                   fmt::format("Bill {} is of {}, but its charges add up to {}.", bill.number,
                                               bill.amount().text(), Money{*sum, bill.currency}.text()),
                                   "Cancel the bill and import it again."));
  }
  return {};
}

}  // namespace

std::string_view bill_state_name(BillState state) { return name_in(state_names, state); }
std::optional<BillState> parse_bill_state(std::string_view name) { return value_in(state_names, name); }

Result<std::int64_t> sum_of_charges(const std::vector<Charge>& charges) {
  std::int64_t sum = 0;
  for (const auto& charge : charges) {
    if (__builtin_add_overflow(sum, charge.amount_minor, &sum)) {
      return std::unexpected(Error{.code = "money.overflow",
                                   .explanation = "The charges of the bill add up to more than an amount can be.",
                                   .remedy = "Split the bill.",
                                   .place = {},
                                   .kind = ErrorKind::input});
    }
  }
  return sum;
}

Result<BillState> next_state(BillState current, BillEvent event) {
  if (current == BillState::imported && event == BillEvent::approve) return BillState::approved;
  if (current == BillState::approved && event == BillEvent::withdraw_approval) return BillState::imported;
  if (current == BillState::imported || current == BillState::approved) {
    if (event == BillEvent::cancel) return BillState::cancelled;
    if (event == BillEvent::write_off) return BillState::written_off;
  }
  return std::unexpected(refused(
      "bill.transition",
      fmt::format("A bill that is {} cannot take \"{}\".", bill_state_name(current), name_in(event_names, event)),
      "Look at the bill: it may have been changed by somebody else."));
}

Result<void> approve(Bill& bill, std::string_view approver, const ApprovalRules& rules, Date today) {
  const auto state = next_state(bill.state, BillEvent::approve);
  if (!state) return std::unexpected(state.error());
  if (approver.empty() || (rules.other_person && approver == bill.imported_by)) {
    return std::unexpected(
        refused("bill.same-person",
                fmt::format("Bill {} must be approved by another person than the one who imported it.", bill.number),
                "Ask a second person to approve it."));
  }
  if (const auto figures = check_figures(bill); !figures) return figures;
  if (rules.most_minor > 0 && bill.amount_minor > rules.most_minor) {
    return std::unexpected(
        refused("bill.above-approver-limit",
                fmt::format("Bill {} is of {}; {} may approve up to {}.", bill.number, bill.amount().text(), approver,
                            Money{rules.most_minor, bill.currency}.text()),
                "Ask somebody with a higher limit."));
  }
  bill.state = *state;
  bill.approved_by = approver;
  bill.approved_on = today;
  ++bill.version;
  return {};
}

}  // namespace counterfoil
